import type { Plan } from '../../src/core/plan/types';
import { catalogs, untilEqual } from './support/compare';
import { GIVEN_PASSWORD, roleOf, type Role } from './support/versions';
import { World, type PipelineFile, type Ran } from './support/world';

jest.setTimeout(240_000);

let world: World;
const env: Record<string, string> = { N2M_SECRET_ROLE_PASSWORD: GIVEN_PASSWORD };

beforeAll(async () => {
  world = await World.start({ neon: { sampleOrders: 200, logicalReplication: true }, env });
  await world.startWorker();
});
afterAll(() => world.stop());

/** The pipeline file of any Postgres: a URL by reference, the role made by SQL unless given. */
async function postgres(change: (file: PipelineFile) => void = () => undefined, given?: Role): Promise<string> {
  const role = given ?? (await roleOf(world));
  return world.write((file) => {
    const { database, tables, tls } = file.source;
    file.source = {
      kind: 'postgres',
      url: 'env:N2M_SECRET_POSTGRES_URL',
      database,
      tables,
      tls,
      role,
    };
    change(file);
  });
}

async function restartWorker(): Promise<void> {
  for (const worker of world.workers) worker.kill('SIGKILL');
  await world.startWorker();
}

/** One sentence of what went wrong, and the next command. */
function expectRefusal(ran: Ran, cause: RegExp, next: RegExp): void {
  expect(ran.code).toBe(1);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toMatch(cause);
  const last = ran.stderr.trimEnd().split('\n').slice(-1)[0] ?? '';
  expect(last).toMatch(/^next: /);
  expect(last).toMatch(next);
}

const done = ({ code, stderr }: Ran) => ({ code, stderr: code === 0 ? '' : stderr });

describe('what goes wrong with kind postgres: one sentence, exit code 1, at once, and a corrected run carries on', () => {
  it('a wrong password in the URL', async () => {
    const right = world.neon.ownerUrl();
    env.N2M_SECRET_POSTGRES_URL = right.replace(/:[^:@/]+@/, ':wrong-4711@');
    await restartWorker();
    const ran = await world.n2m(['apply', await postgres(), '--yes']);
    expectRefusal(ran, /password authentication failed/, /password.*apply|apply.*password|same command/);
    expect(ran.stderr).not.toContain('wrong-4711');
  });

  it('a port where nobody listens', async () => {
    env.N2M_SECRET_POSTGRES_URL = world.neon.ownerUrl().replace(/:\d+\//, ':1/');
    await restartWorker();
    const ran = await world.n2m(['apply', await postgres(), '--yes']);
    expectRefusal(ran, /127\.0\.0\.1:1: .*ECONNREFUSED/, /same command|apply/);
    delete env.N2M_SECRET_POSTGRES_URL;
    await restartWorker();
  });

  it('a size that does not exist', async () => {
    const ran = await world.n2m([
      'apply',
      await postgres(({ materialize }) => (materialize.cluster.snapshotSize = '7cc')),
      '--yes',
    ]);
    expectRefusal(ran, /7cc/, /apply/);
  });

  it('an enum column that is not said to be text', async () => {
    const file = await postgres(({ source }) => source.tables?.push('public.products'));
    const ran = await world.n2m(['apply', file, '--yes']);
    expectRefusal(ran, /products.*state|textColumns/, /apply/);
    expect(ran.stderr).toContain('textColumns');
  });

  it('a missing privilege of the role that the URL names', async () => {
    await world.upstream((client) => client.query(`CREATE ROLE poor LOGIN PASSWORD 'poor-password-1'`));
    env.N2M_SECRET_POSTGRES_URL = world.neon.ownerUrl().replace(/\/\/[^@]+@/, '//poor:poor-password-1@');
    await restartWorker();
    const ran = await world.n2m(['apply', await postgres(), '--yes']);
    expectRefusal(ran, /poor/, /apply/);
    delete env.N2M_SECRET_POSTGRES_URL;
    await restartWorker();
  });

  it('a wrong password of the role that the file gives; the corrected run ends with equal data', async () => {
    await world.upstream((client) =>
      client.query(`CREATE ROLE given LOGIN REPLICATION BYPASSRLS PASSWORD '${GIVEN_PASSWORD}'`),
    );
    const role: Role = { name: 'given', via: 'given', password: 'env:N2M_SECRET_ROLE_PASSWORD' };
    const file = await postgres(undefined, role);
    env.N2M_SECRET_ROLE_PASSWORD = 'wrong-password-4711';
    await restartWorker();
    const ran = await world.n2m(['apply', file, '--yes']);
    expectRefusal(ran, /password authentication failed for user "given"/, /source\.role\.password.*n2m apply/);
    expect(ran.stderr).not.toContain('wrong-password-4711');

    env.N2M_SECRET_ROLE_PASSWORD = GIVEN_PASSWORD;
    await restartWorker();
    expect(done(await world.n2m(['apply', file, '--yes']))).toEqual({ code: 0, stderr: '' });
    await untilEqual(world);
  });
});

describe('kind postgres with a role made by SQL, or before PostgreSQL 16 by a superuser', () => {
  it('moves the running pipeline to it, and every row stays readable and equal', async () => {
    const file = await postgres();
    expect(done(await world.n2m(['apply', file, '--yes']))).toEqual({ code: 0, stderr: '' });
    await world.upstream((client) =>
      client.query(`INSERT INTO orders (customer_id, status, total) VALUES (1, 'late', 3)`),
    );
    await untilEqual(world);
    const { rows } = await world.upstream((client) =>
      client.query(`SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = $1`, [
        `mz_${world.name}`,
      ]),
    );
    expect(rows).toEqual([{ rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolreplication: true }]);
  });

  it('keeps everything the second time', async () => {
    const file = await postgres();
    const before = await catalogs(world);
    const plan = await world.n2m(['plan', file, '--output', 'json']);
    expect((JSON.parse(plan.stdout) as Plan).steps.filter(({ action }) => action !== 'keep')).toEqual([]);
    expect(plan.code).toBe(0);
    expect(done(await world.n2m(['apply', file]))).toEqual({ code: 0, stderr: '' });
    expect(await catalogs(world)).toEqual(before);
  });
});
