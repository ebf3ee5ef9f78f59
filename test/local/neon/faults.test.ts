import { startNeon, type Neon } from '../../../local/neon/neon';
import { asSuperuser, call, until, type Answer } from './client';
import { startValidatingProxy, type ValidatingProxy } from './validating-proxy';

let neon: Neon;
let proxy: ValidatingProxy;
const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
  call(proxy.api, neon, method, path, body);
const control = async (method: string, body?: unknown): Promise<{ status: number; body: { faults: unknown[] } }> => {
  const response = await fetch(neon.faultsUrl, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as { faults: unknown[] } };
};
const roles = (): string => `/branches/${neon.branch}/roles`;
const createRole = (name: string): Promise<Answer> => ask('POST', roles(), { role: { name } });
const inPostgres = async (name: string): Promise<boolean> =>
  (await asSuperuser(neon, `SELECT count(*)::int FROM pg_roles WHERE rolname = '${name}'`)) === 1;

beforeAll(async () => {
  neon = await startNeon({ sampleOrders: 0, operationMs: 60, storePasswords: false, logicalReplication: true });
  proxy = await startValidatingProxy(neon.api);
});
afterAll(async () => {
  await proxy.stop();
  await neon.stop();
});
afterEach(async () => {
  await control('DELETE');
  await neon.idle();
  expect(proxy.violations()).toEqual([]);
});

it.each([423, 429, 500, 503] as const)('answers %i for the next calls of a kind, and does nothing', async (status) => {
  await control('POST', { kind: 'status', status, times: 2, method: 'POST', path: '/roles$', retryAfter: 7 });
  expect((await ask('GET', '')).status).toBe(200);
  for (let n = 0; n < 2; n += 1) {
    const answer = await createRole('refused');
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe('7');
  }
  expect((await ask('GET', `${roles()}/refused`)).status).toBe(404);
  expect((await control('GET')).body.faults).toEqual([]);
});

it('loses the connection after having done it, and before', async () => {
  await control('POST', [{ kind: 'lost-connection', method: 'POST', path: '/roles$' }]);
  await expect(createRole('done')).rejects.toThrow('fetch failed');
  await neon.idle();
  expect(await inPostgres('done')).toBe(true);
  expect((await ask('GET', `${roles()}/done`)).status).toBe(200);
  await control('POST', { kind: 'lost-connection', when: 'before', method: 'POST' });
  await expect(createRole('undone')).rejects.toThrow('fetch failed');
  await neon.idle();
  expect(await inPostgres('undone')).toBe(false);
});

it('delays an answer', async () => {
  neon.faults.add({ kind: 'delay', ms: 1_000, path: '/branches$' });
  const order: string[] = [];
  const slow = ask('GET', '/branches').then(() => order.push('delayed'));
  await until(() => neon.faults.list().length === 0);
  await ask('GET', '').then(() => order.push('quick'));
  await slow;
  expect(order).toEqual(['quick', 'delayed']);
});

it('lets an operation fail: nothing is done and the project is free again', async () => {
  await control('POST', { kind: 'operation-fails', action: 'apply_config' });
  const { operations } = (await createRole('failing')).body;
  await neon.idle();
  const { operation } = (await ask('GET', `/operations/${operations[0]?.id}`)).body;
  expect(operation).toMatchObject({ status: 'failed', failures_count: 1, error: 'asked to fail' });
  expect(await inPostgres('failing')).toBe(false);
  expect((await createRole('next')).status).toBe(201);
});

it('lets a failed operation recover, as the control plane may', async () => {
  neon.faults.add({ kind: 'operation-fails', recovers: true });
  await createRole('recovering');
  await neon.idle();
  expect(neon.operations()[0]).toMatchObject({ status: 'finished', failures_count: 1 });
  expect(neon.operations()[0]?.retry_at).toBeDefined();
  expect(await inPostgres('recovering')).toBe(true);
});

it('keeps an operation running, and the project locked, until released', async () => {
  await control('POST', { kind: 'operation-stays' });
  await createRole('staying');
  await until(() => neon.operations()[0]?.status === 'running');
  expect((await createRole('other')).status).toBe(423);
  expect(await inPostgres('staying')).toBe(false);
  await control('DELETE');
  await neon.idle();
  expect(await inPostgres('staying')).toBe(true);
});

it('does not take a fault it does not know', async () => {
  expect((await control('POST', { kind: 'earthquake' })).status).toBe(400);
  expect((await control('POST', { kind: 'status', status: 418 })).status).toBe(400);
});

it('starts with logical replication on when asked, and keeps no passwords when told so', async () => {
  expect(await asSuperuser(neon, 'SHOW wal_level')).toBe('logical');
  const { status, body } = await ask('GET', `${roles()}/neondb_owner/reveal_password`);
  expect([status, body.message]).toEqual([412, 'password storage is disabled for the project']);
  const { uri } = (await ask('GET', '/connection_uri?database_name=shop&role_name=neondb_owner')).body;
  expect(new URL(uri)).toMatchObject({ username: 'neondb_owner', password: '', port: String(neon.postgres.port) });
});
