import { join } from 'node:path';
import { formsOf, keptWith, leaks } from './support/leaks';
import { receive, type Receiver } from './support/receiver';
import { until } from './support/until';
import { REAL_MATERIALIZE, World, type Ran } from './support/world';

jest.setTimeout(240_000);

/** Characters that URLs, SQL, JSON, shells and base64's two alphabets each write differently. */
const canary = (name: string): string => `cnry-${name}/+ 'ü?>~"\\%&${Math.random().toString(36).slice(2, 12)}`;

/** What people configure as a URL: its path is the secret. */
const token = (name: string): string => `cnry-${name}-${Math.random().toString(36).slice(2, 14)}`;

const QUOTING = `--require ${join(__dirname, 'support', 'quoting.js')}`;

const text = ({ stdout, stderr }: Ran): string => stdout + stderr;
/** Everywhere to look, `covered` of what Temporal keeps for sure. */
const places = async (
  world: World,
  covered: string[],
  more: Record<string, string>,
): Promise<Record<string, string>> => ({
  ...(await keptWith(world, covered)),
  'worker log': world.log.join(''),
  ...more,
});

describe('the search for leaks', () => {
  it.each([0, 1, 2])('finds a secret in base64 behind %i other bytes', (offset) => {
    const secret = canary('probe');
    const hidden = Buffer.from(`${'x'.repeat(offset)}${secret} and more`).toString('base64');
    expect(leaks({ log: `a ${hidden} b` }, { probe: secret })).toEqual(['probe in log']);
  });

  it('finds it plain, in a URL, in JSON and in SQL, and nothing where nothing is', () => {
    const secret = canary('probe');
    const ways = [secret, encodeURIComponent(secret), JSON.stringify({ secret }), secret.replaceAll("'", "''")];
    for (const way of ways) expect(leaks({ log: `a ${way} b` }, { probe: secret })).toEqual(['probe in log']);
    expect(leaks({ log: 'nothing' }, { probe: secret })).toEqual([]);
    expect(formsOf(secret).every((form) => form.length >= 16)).toBe(true);
  });
});

describe('secrets of a run that succeeds, with alerts sent', () => {
  let world: World;
  let receiver: Receiver;
  /** Bodies and headers are what a third party reads. */
  const received: string[] = [];
  const materializePassword = canary('materialize');
  const signingKey = canary('signing');
  const webhook = token('webhook');
  const slack = token('slack');
  const ping = token('ping');

  beforeAll(async () => {
    receiver = await receive(({ headers }, body) => {
      received.push(JSON.stringify(headers) + body);
      return 200;
    });
    world = await World.start({
      neon: { sampleOrders: 200 },
      materialize: { passwords: { materialize: materializePassword } },
      env: {
        N2M_LOG_LEVEL: 'DEBUG',
        N2M_DEBUG: '1',
        N2M_SECRET_ALERT_URL: receiver.url(webhook),
        N2M_SECRET_SLACK_URL: receiver.url(slack),
        N2M_SECRET_PING_URL: receiver.url(ping),
        N2M_SECRET_ALERT_KEY: signingKey,
      },
    });
    await world.startWorker();
  });
  afterAll(async () => {
    await world.stop();
    await receiver.stop();
  });

  it('are nowhere in histories, UI texts, logs, output and alerts', async () => {
    const file = await world.write((pipeline) => {
      pipeline.alerts = [
        { webhook: 'env:N2M_SECRET_ALERT_URL', signingKey: 'env:N2M_SECRET_ALERT_KEY' },
        { slack: 'env:N2M_SECRET_SLACK_URL' },
      ];
      pipeline.watch = { every: '1s', pingUrl: 'env:N2M_SECRET_PING_URL' };
    });
    const plan = await world.n2m(['plan', file, '--output', 'json']);
    const apply = await world.n2m(['apply', file, '--yes', '--output', 'json']);
    expect({ code: apply.code, stderr: apply.code === 0 ? '' : apply.stderr }).toEqual({ code: 0, stderr: '' });
    await world.upstream((client) => client.query(`DROP PUBLICATION "n2m_${world.name}"`));
    const alerted = (): boolean => received.filter((body) => body.includes(world.name)).length >= 2;
    await until(() => Promise.resolve(alerted() ? true : undefined), 'both alerts');
    const status = await world.n2m(['status', world.name, '--output', 'json']);

    const covered = ['', '/plan-', '/check'].map((workflow) => `history of pipeline/${world.name}${workflow}`);
    const found = await places(world, covered, {
      output: [plan, apply, status].map(text).join('\n'),
      alerts: received.join('\n'),
    });
    expect(found.alerts).toContain('sha256=');
    expect(found['worker log']).toContain('DEBUG');
    const ownerUrl = world.neon.ownerUrl();
    const secrets = {
      'Neon API key': world.neon.apiKey,
      ...ofMaterialize(world, materializePassword),
      'owner URL': ownerUrl,
      'owner password': decodeURIComponent(new URL(ownerUrl).password),
      'role password': await rolePassword(world),
      'webhook URL': webhook,
      'Slack URL': slack,
      'ping URL': ping,
      'signing key': signingKey,
    };
    expect(leaks(found, secrets)).toEqual([]);
  });
});

/** A Materialize that somebody else runs has a password of its own, or none, in place of the test's. */
function ofMaterialize({ materializeUrl }: World, ours: string): Record<string, string> {
  const password = REAL_MATERIALIZE ? decodeURIComponent(new URL(REAL_MATERIALIZE).password) : ours;
  return { 'Materialize URL': materializeUrl, ...(password === '' ? {} : { 'Materialize password': password }) };
}

/** As anybody with the key can read it from the API. */
async function rolePassword(world: World): Promise<string> {
  const { api, project, branch, apiKey } = world.neon;
  const answer = await fetch(`${api}/projects/${project}/branches/${branch}/roles/mz_${world.name}/reveal_password`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  const { password } = (await answer.json()) as { password: string };
  expect(password.length).toBeGreaterThan(8);
  return password;
}

describe('secrets of runs that fail', () => {
  let world: World;
  const given = canary('role');
  const materializePassword = canary('materialize');
  const env: Record<string, string> = { N2M_LOG_LEVEL: 'DEBUG', N2M_DEBUG: '1', N2M_SECRET_ROLE_PASSWORD: given };

  beforeAll(async () => {
    world = await World.start({
      neon: { sampleOrders: 200, logicalReplication: true },
      materialize: { passwords: { materialize: materializePassword } },
      env,
    });
    await world.upstream((client) => client.query('CREATE ROLE given LOGIN REPLICATION BYPASSRLS'));
  });
  const setPassword = (password: string) =>
    world.upstream((client) => client.query(`ALTER ROLE given PASSWORD ${client.escapeLiteral(password)}`));
  afterEach(() => world.stopWorker());
  afterAll(() => world.stop());

  const cases = [
    { title: 'at CREATE SECRET, which the server refuses quoting the statement', quoting: 'transaction' },
    { title: 'at CREATE SECRET with an error that quotes it in every field', quoting: 'quoted' },
    { title: 'at the proof upstream, with a wrong password', quoting: null },
  ];

  it.each(cases)('$title: are nowhere', async ({ quoting }) => {
    delete env.NODE_OPTIONS;
    if (quoting) Object.assign(env, { NODE_OPTIONS: QUOTING, N2M_TEST_QUOTING: quoting });
    // What upstream has not proven is not even told to Materialize.
    await setPassword(quoting ? given : `another one, ${world.name}`);
    await world.startWorker();
    const file = await world.write((pipeline) => {
      const { database, tables, tls } = pipeline.source;
      const role = { name: 'given', via: 'given', password: 'env:N2M_SECRET_ROLE_PASSWORD' };
      pipeline.source = { kind: 'postgres', url: 'env:N2M_SECRET_POSTGRES_URL', database, tables, tls, role };
    });
    const apply = await world.n2m(['apply', file, '--yes', '--output', 'json']);
    expect(apply.code).toBe(1);
    expect(apply.stderr).toMatch(quoting ? /✗ secret: / : /✗ secret: .*password authentication failed/);
    const status = await world.n2m(['status', world.name, '--output', 'json']);
    const covered = [`history of pipeline/${world.name} `];
    const found = await places(world, covered, { output: text(apply) + text(status) });
    const secrets = {
      'role password': given,
      ...ofMaterialize(world, materializePassword),
      'owner URL': world.neon.ownerUrl(),
      'owner password': decodeURIComponent(new URL(world.neon.ownerUrl()).password),
    };
    expect(leaks(found, secrets)).toEqual([]);
  });
});
