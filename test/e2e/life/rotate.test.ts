import { Client } from 'pg';
import type { RotateReport } from '../../../src/core/repair/rotate-plan';
import { untilEqual } from '../support/compare';
import { World } from '../support/world';

jest.setTimeout(240_000);

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.startWorker();
  const file = await world.write();
  expect(await world.n2m(['apply', file, '--yes'])).toMatchObject({ code: 0 });
});
afterAll(() => world.stop());

/** The password Neon stores for the role, as anybody with the key can read it. */
async function stored(): Promise<string> {
  const path = `projects/${world.neon.project}/branches/${world.neon.branch}/roles/mz_${world.name}/reveal_password`;
  const answer = await fetch(`${world.neon.api}/${path}`, {
    headers: { authorization: `Bearer ${world.neon.apiKey}` },
  });
  return ((await answer.json()) as { password: string }).password;
}

async function opens(password: string): Promise<boolean> {
  const client = new Client({
    host: '127.0.0.1',
    port: world.neon.postgres.port,
    database: world.neon.database,
    user: `mz_${world.name}`,
    password,
    ssl: { ca: world.neon.caPem },
  });
  client.on('error', () => undefined);
  const opened = await client.connect().then(
    () => true,
    () => false,
  );
  await client.end().catch(() => undefined);
  return opened;
}

/** Everything Temporal keeps of the pipeline, as text. */
async function histories(): Promise<string> {
  let text = '';
  for await (const { workflowId, runId } of world.temporal.workflow.list({ query: `N2mPipeline = '${world.name}'` })) {
    const history = await world.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    text += JSON.stringify(history, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
    );
  }
  return text;
}

describe('rotate', () => {
  it('needs approval', async () => {
    const { code, stderr } = await world.n2m(['rotate', world.name]);
    expect(code).toBe(4);
    expect(stderr).toContain('reset-password');
  });

  it('sets a new password with which the source runs, and leaves the old one dead and none of them readable', async () => {
    const before = await stored();
    const { code, stdout, stderr } = await world.n2m(['rotate', world.name, '--yes', '--output', 'json']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as RotateReport;
    expect(report.proofs.join(' ')).toContain('the old one is refused');
    const after = await stored();
    expect(after).not.toBe(before);
    expect([await opens(before), await opens(after)]).toEqual([false, true]);
    await world.upstream((client) =>
      client.query(`INSERT INTO orders (customer_id, status, total) VALUES (1, 'x', 2)`),
    );
    await untilEqual(world);
    const told = (await histories()) + world.log.join('') + stdout + stderr;
    for (const secret of [before, after, Buffer.from(after).toString('base64')]) expect(told).not.toContain(secret);
  });

  it('mends a password that somebody changed upstream', async () => {
    await world.upstream((client) => client.query(`ALTER ROLE "mz_${world.name}" PASSWORD 'changed-by-hand-4711'`));
    await world.upstream((client) =>
      client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mz_${world.name}'`),
    );
    expect(await world.n2m(['rotate', world.name, '--yes'])).toMatchObject({ code: 0 });
    expect(await opens('changed-by-hand-4711')).toBe(false);
    await world.upstream((client) => client.query(`UPDATE orders SET note = 'after' WHERE id % 3 = 0`));
    await untilEqual(world);
  });
});
