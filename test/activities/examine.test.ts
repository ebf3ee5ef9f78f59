import type { lookup } from 'node:dns';
import { MockActivityEnvironment } from '@temporalio/testing';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import { startPostgres, type PostgresServer } from '../../local/postgres/server';
import type { Deps } from '../../src/activities/support/deps';
import { examine } from '../../src/activities/questions/examine';
import { createSourceDirectory } from '../../src/activities/support/source-directory';
import type { Examination } from '../../src/core/examine/types';
import { parsePipeline } from '../../src/core/spec/parse';
import { createSecrets } from '../../src/systems/secrets';
import { createWebhooks } from '../../src/systems/webhooks';
import { version } from '../../package.json';

const FILE = `
name: shop
source:
  kind: postgres
  url: env:N2M_SECRET_POSTGRES_URL
  database: postgres
  tables: [public.orders]
  tls: { mode: disable }
materialize:
  url: env:N2M_SECRET_MATERIALIZE_URL
  cluster: { snapshotSize: 200cc, steadySize: 50cc }
alerts: [{ webhook: env:N2M_SECRET_ALERT_URL, signingKey: env:HOME }]
`;

let postgres: PostgresServer;
let materialize: MaterializeServer;

beforeAll(async () => {
  [postgres, materialize] = await Promise.all([
    startPostgres({ settings: { wal_level: 'logical' } }),
    startMaterialize(),
  ]);
}, 120_000);
afterAll(() => Promise.all([postgres?.stop(), materialize?.stop()]));

function look(env: Record<string, string>): Promise<Examination> {
  const file = parsePipeline(FILE);
  if (!file.ok) throw new Error('the file of this test is wrong');
  const secrets = createSecrets({ env, allow: [], directory: null });
  const sources = createSourceDirectory(secrets);
  const webhooks = createWebhooks({
    allow: { hosts: ['alerts.example'], ranges: [] },
    lookup: ((_host: string, _how: object, done: (error: null, found: object[]) => void) =>
      done(null, [{ address: '10.1.2.3', family: 4 }])) as typeof lookup,
  });
  const deps = { secrets, sources, webhooks } as Partial<Deps> as Deps;
  return new MockActivityEnvironment().run(() => examine(deps, { spec: file.spec }));
}

it('says what the worker is and what it reaches', async () => {
  const found = await look({
    N2M_SECRET_POSTGRES_URL: postgres.superuserUrl,
    N2M_SECRET_MATERIALIZE_URL: materialize.url,
    N2M_SECRET_ALERT_URL: 'https://alerts.example/hook',
  });
  expect(found).toMatchObject({
    version,
    node: process.versions.node,
    source: { ok: true, version: expect.stringMatching(/^PostgreSQL \d+/) as string, user: 'postgres' },
    materialize: { ok: true, version: expect.stringMatching(/^v\d+/) as string, user: 'materialize' },
  });
  for (const system of [found.source, found.materialize]) {
    // One machine, one clock: what is left is the time of the question, far from a wrong unit or zone.
    expect(Math.abs(system?.ok ? system.clockAheadMs : Infinity)).toBeLessThan(60_000);
  }
  expect(found.references.map(({ path, failure }) => [path, failure?.type ?? null])).toEqual([
    ['source.url', null],
    ['materialize.url', null],
    ['alerts[0].webhook', null],
    ['alerts[0].signingKey', 'SecretNotAllowed'],
  ]);
});

it('gives every failure as a value, without the secret', async () => {
  const wrong = new URL(postgres.superuserUrl);
  wrong.password = 'a-wrong-password';
  const closed = 'postgres://n2m:another-secret@127.0.0.1:1/materialize';
  const found = await look({ N2M_SECRET_POSTGRES_URL: wrong.href, N2M_SECRET_MATERIALIZE_URL: closed });
  expect(found).toMatchObject({
    source: { ok: false, failure: { type: 'AuthenticationFailed' } },
    materialize: { ok: false, failure: { type: 'Unreachable' } },
  });
  expect(found.references.find(({ path }) => path === 'alerts[0].webhook')?.failure?.type).toBe('SecretMissing');
  expect(JSON.stringify(found)).not.toMatch(/a-wrong-password|another-secret/);
});

it.each([
  ['https://alerts.example/hook', null],
  ['https://elsewhere.example/hook', 'is not called: its host has no public address'],
  ['https://169.254.169.254/latest/meta-data', 'is not called: its host has no public address'],
  ['http://alerts.elsewhere/hook', 'is not called: it is not https'],
  ['file:///etc/passwd', 'is not handed out: its value does not look like the URL of a webhook or ping'],
])('says before the first alert whether %s would be called', async (url, why) => {
  const closed = 'postgres://n2m:another-secret@127.0.0.1:1/materialize';
  const found = await look({
    N2M_SECRET_POSTGRES_URL: closed,
    N2M_SECRET_MATERIALIZE_URL: closed,
    N2M_SECRET_ALERT_URL: url,
  });
  const failure = found.references.find(({ path }) => path === 'alerts[0].webhook')?.failure ?? null;
  expect(failure?.message.replace(/;.*/, '') ?? null).toBe(why && `env:N2M_SECRET_ALERT_URL ${why}`);
});

it('asks nobody without a file', async () => {
  const found = await new MockActivityEnvironment().run(() => examine({} as Deps, { spec: null }));
  expect(found).toEqual({ version, node: process.versions.node, references: [], source: null, materialize: null });
});
