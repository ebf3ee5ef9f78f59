import type { Client } from 'pg';
import { startNeon, type Neon } from '../../../local/neon/neon';
import { call, connect, dropped, type Answer } from './client';
import { startValidatingProxy, type ValidatingProxy } from './validating-proxy';

interface Created {
  branch: { id: string; parent_id: string; current_state: string };
  endpoints: { id: string }[];
}

let neon: Neon;
let proxy: ValidatingProxy;
const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
  call(proxy.api, neon, method, path, body);

beforeAll(async () => {
  neon = await startNeon({ sampleOrders: 100, operationMs: 60, logicalReplication: true });
  proxy = await startValidatingProxy(neon.api);
});
afterAll(async () => {
  await proxy.stop();
  await neon.stop();
});
afterEach(async () => {
  await neon.idle();
  expect(proxy.violations()).toEqual([]);
});

async function branchOff(name: string, more: object = {}): Promise<Created> {
  const { status, body } = await ask('POST', '/branches', {
    branch: { name, ...more },
    endpoints: [{ type: 'read_write' }],
  });
  expect(status).toBe(201);
  expect(body.operations.map(({ action }) => action)).toEqual(['create_branch', 'start_compute']);
  await neon.idle();
  return body as unknown as Created;
}

async function uriOf(branch: string, role = 'neondb_owner'): Promise<URL> {
  const query = `database_name=shop&role_name=${role}&branch_id=${branch}`;
  return new URL((await ask('GET', `/connection_uri?${query}`)).body.uri);
}

async function owner(branch: string): Promise<Client> {
  const { username, password, port } = await uriOf(branch);
  return connect(neon, username, password, Number(port));
}

const first = async (client: Client, sql: string): Promise<unknown> =>
  Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0];

it('has the data of its parent at that time and a life of its own from then on, without the slots', async () => {
  const main = await owner(neon.branch);
  await main.query(`SELECT pg_create_logical_replication_slot('of_main', 'pgoutput')`);
  await main.query(`CREATE PUBLICATION of_both FOR TABLE orders`);
  const { branch, endpoints } = await branchOff('preview');
  expect(branch).toMatchObject({ parent_id: neon.branch, current_state: 'init' });
  await main.query(`DELETE FROM orders WHERE id <= 10`);
  const child = await owner(branch.id);
  await child.query(`DELETE FROM orders WHERE id <= 25`);
  expect(await first(main, 'SELECT count(*)::int FROM orders')).toBe(90);
  expect(await first(child, 'SELECT count(*)::int FROM orders')).toBe(75);
  expect((await child.query('SELECT slot_name FROM pg_replication_slots')).rows).toEqual([
    { slot_name: 'wal_proposer_slot' },
  ]);
  expect(await first(child, 'SELECT pubname FROM pg_publication')).toBe('of_both');
  // Neither tells the branches apart on Neon.
  for (const sql of [
    'SELECT system_identifier FROM pg_control_system()',
    'SELECT timeline_id FROM pg_control_checkpoint()',
  ]) {
    expect(await first(child, sql)).toBe(await first(main, sql));
  }
  await Promise.all([main.end(), child.end()]);
  expect((await ask('GET', `/branches/${branch.id}`)).body.branch).toMatchObject({ current_state: 'ready' });
  expect((await ask('GET', `/branches/${branch.id}/endpoints`)).body.endpoints).toMatchObject([
    { id: endpoints[0]?.id, branch_id: branch.id, current_state: 'active' },
  ]);
});

it('has the roles and passwords of its parent, which part from then on', async () => {
  const { password = '' } = (await ask('POST', `/branches/${neon.branch}/roles`, { role: { name: 'mz' } })).body.role;
  await neon.idle();
  const { branch } = await branchOff('dev');
  const roles = `/branches/${branch.id}/roles`;
  expect((await ask('GET', `${roles}/mz/reveal_password`)).body.password).toBe(password);
  const port = Number((await uriOf(branch.id)).port);
  const session = await connect(neon, 'mz', password, port);
  const end = dropped(session);
  const reset = (await ask('POST', `${roles}/mz/reset_password`)).body.role.password ?? '';
  await neon.idle();
  await end;
  await (await connect(neon, 'mz', reset, port)).end();
  await expect(connect(neon, 'mz', password, port)).rejects.toMatchObject({ code: '28P01' });
  await (await connect(neon, 'mz', password)).end();
  expect((await ask('DELETE', `${roles}/mz`)).status).toBe(200);
  await neon.idle();
  expect((await ask('GET', `/branches/${neon.branch}/roles/mz`)).status).toBe(200);
});

it('has new passwords below a protected parent', async () => {
  const parent = await branchOff('protected', { protected: true });
  const child = await branchOff('below', { parent_id: parent.branch.id });
  const [above, below] = [await uriOf(parent.branch.id), await uriOf(child.branch.id)];
  expect(below.password).not.toBe(above.password);
  await (await owner(child.branch.id)).end();
  await expect(connect(neon, above.username, above.password, Number(below.port))).rejects.toMatchObject({
    code: '28P01',
  });
});

it('is suspended and started alone', async () => {
  const { endpoints } = await branchOff('idle');
  await ask('POST', `/endpoints/${endpoints[0]?.id}/suspend`);
  await neon.idle();
  expect(neon.postgresOf('idle').isRunning()).toBe(false);
  expect(neon.postgres.isRunning()).toBe(true);
  await ask('POST', `/endpoints/${endpoints[0]?.id}/start`);
  await neon.idle();
  expect(neon.postgresOf('idle').isRunning()).toBe(true);
});

it('cannot be connected to without an endpoint, and has a name of its own', async () => {
  const { status, body } = await ask('POST', '/branches');
  expect({ status, endpoints: body.endpoints }).toEqual({ status: 201, endpoints: [] });
  await neon.idle();
  const { id } = body.branch as { id: string };
  expect((await ask('GET', `/branches/${id}/endpoints`)).body.endpoints).toEqual([]);
  expect((await ask('GET', `/branches/${id}/roles`)).body.roles).not.toEqual([]);
  expect((await ask('GET', `/connection_uri?database_name=shop&role_name=neondb_owner&branch_id=${id}`)).status).toBe(
    404,
  );
  expect((await ask('POST', `/branches/${id}/roles`, { role: { name: 'x' } })).body.message).toContain(
    'the stand-in does not support',
  );
  expect((await ask('POST', '/branches', { branch: { name: 'main' } })).status).toBe(409);
});

it('is held to the specification when it is made', () =>
  expect(proxy.exercised()).toContain('createProjectBranch 201'));
