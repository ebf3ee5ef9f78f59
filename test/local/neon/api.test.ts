import { startNeon, type Neon } from '../../../local/neon/neon';
import { asSuperuser, call, connect, dropped, until, type Answer } from './client';
import { startValidatingProxy, type ValidatingProxy } from './validating-proxy';

let neon: Neon;
let proxy: ValidatingProxy;
const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
  call(proxy.api, neon, method, path, body, headers);
const settings = (change: Record<string, unknown>): Promise<Answer> =>
  ask('PATCH', '', { project: { settings: change } });
const roles = (rest = ''): string => `/branches/${neon.branch}/roles${rest}`;

beforeAll(async () => {
  neon = await startNeon({ sampleOrders: 100, operationMs: 150, branches: [{ name: 'preview' }, { name: 'dev' }] });
  proxy = await startValidatingProxy(neon.api);
});
afterAll(async () => {
  await proxy.stop();
  await neon.stop();
});
afterEach(async () => {
  neon.faults.clear();
  await neon.idle();
  expect(proxy.violations()).toEqual([]);
});

describe('reading', () => {
  it('describes the project as a fresh one', async () => {
    const { status, body } = await ask('GET', '');
    expect(status).toBe(200);
    expect(body.project).toMatchObject({ id: neon.project, pg_version: 18, store_passwords: true });
    expect(body.project.settings).toMatchObject({ enable_logical_replication: false, allowed_ips: { ips: [] } });
    expect((await ask('GET', '/auth')).body).toMatchObject({ auth_method: 'api_key_org' });
  });

  it('lists the project, and nothing behind it', async () => {
    const list = async (query: string) =>
      (await (
        await fetch(`${proxy.api}/projects${query}`, { headers: { Authorization: `Bearer ${neon.apiKey}` } })
      ).json()) as { projects: { id: string }[]; pagination: { cursor: string } };
    const { projects, pagination } = await list('?limit=400');
    expect(projects.map(({ id }) => id)).toEqual([neon.project]);
    expect((await list(`?cursor=${pagination.cursor}`)).projects).toEqual([]);
    expect((await list('?search=another')).projects).toEqual([]);
  });

  it('lists branches page by page, one of them the default', async () => {
    const names: string[] = [];
    let cursor = '';
    do {
      const { body } = await ask('GET', `/branches?limit=2&sort_by=name&sort_order=asc${cursor}`);
      const page = body as unknown as { branches: { name: string }[]; pagination: { next?: string } };
      names.push(...page.branches.map(({ name }) => name));
      cursor = page.pagination.next === undefined ? '' : `&cursor=${page.pagination.next}`;
    } while (cursor !== '');
    expect(names).toEqual(['dev', 'main', 'preview']);
    const { body } = await ask('GET', `/branches/${neon.branch}`);
    expect(body.branch).toMatchObject({ name: 'main', default: true, protected: false, current_state: 'ready' });
    expect((await ask('GET', '/branches?search=prev')).body.branches).toHaveLength(1);
  });

  it('shows endpoints, databases and their owner, databases made by SQL included', async () => {
    const { body } = await ask('GET', `/branches/${neon.branch}/endpoints`);
    expect(body.endpoints).toMatchObject([{ id: neon.endpoint, type: 'read_write', current_state: 'active' }]);
    expect((await ask('GET', '/endpoints')).body.endpoints).toHaveLength(3);
    expect((await ask('GET', `/endpoints/${neon.endpoint}`)).status).toBe(200);
    await asSuperuser(neon, 'CREATE DATABASE "by SQL" OWNER neondb_owner');
    const { databases } = (await ask('GET', `/branches/${neon.branch}/databases`)).body;
    const expected = [{ name: 'shop', owner_name: 'neondb_owner' }, { name: 'by SQL' }];
    expect(databases).toMatchObject(expected);
    expect((await ask('GET', `/branches/${neon.branch}/databases/by%20SQL`)).status).toBe(200);
  });

  it('gives the address and password by which the owner really gets in, and a pooled one by which nobody does', async () => {
    const query = 'database_name=shop&role_name=neondb_owner';
    const direct = new URL((await ask('GET', `/connection_uri?${query}&pooled=false`)).body.uri);
    expect(direct.port).toBe(String(neon.postgres.port));
    const client = await connect(neon, direct.username, direct.password);
    const { rows } = await client.query<{ owner: boolean }>(`SELECT pg_has_role('neondb_owner', 'member') AS owner`);
    expect(rows).toEqual([{ owner: true }]);
    await client.end();
    const pooled = (await ask('GET', `/connection_uri?${query}&branch_id=${neon.branch}&pooled=true`)).body.uri;
    expect(pooled).toContain('@127-pooler.0.0.1:');
    expect((await ask('GET', `/connection_uri?database_name=none&role_name=neondb_owner`)).status).toBe(404);
    expect((await ask('GET', `/connection_uri?database_name=shop&role_name=none`)).status).toBe(404);
  });

  it('refuses strangers with 401 and what is not there with 404, in the shape of the API', async () => {
    const stranger = await ask('GET', '', undefined, { Authorization: 'Bearer wrong' });
    expect(stranger.status).toBe(401);
    const missing = await ask('GET', '/branches/br-none', undefined, { 'X-Request-ID': 'mine' });
    expect(missing.status).toBe(404);
    expect(missing.body).toEqual({ code: '', message: 'branch not found', request_id: 'mine' });
    for (const path of [roles('/none'), '/endpoints/ep-none', `/operations/${crypto.randomUUID()}`]) {
      expect((await ask('GET', path)).status).toBe(404);
    }
    const elsewhere = await fetch(`${proxy.api}/projects/other`, {
      headers: { Authorization: `Bearer ${neon.apiKey}` },
    });
    expect(elsewhere.status).toBe(404);
  });
});

describe('settings', () => {
  it('replaces allowed_ips as a whole and leaves the other keys alone', async () => {
    await settings({ allowed_ips: { ips: ['192.0.2.1', '198.51.100.0/24'], protected_branches_only: true } });
    const { body } = await settings({ allowed_ips: { ips: ['2001:db8::1', '198.51.100.20-198.51.100.50'] } });
    const allowed = { ips: ['2001:db8::1', '198.51.100.20-198.51.100.50'], protected_branches_only: false };
    expect(body.project.settings).toMatchObject({ allowed_ips: allowed, maintenance_window: { weekdays: [7] } });
    expect((await settings({ allowed_ips: { ips: ['300.1.1.1'] } })).status).toBe(400);
    expect((await ask('GET', '')).body.project.settings.allowed_ips).toEqual(allowed);
    await settings({ allowed_ips: { ips: [], protected_branches_only: false } });
  });

  it('enables logical replication: sessions end, the compute comes back with it, and there is no way back', async () => {
    const query = 'database_name=shop&role_name=neondb_owner';
    const owner = new URL((await ask('GET', `/connection_uri?${query}`)).body.uri);
    const session = await connect(neon, owner.username, owner.password);
    const end = dropped(session);
    expect(await asSuperuser(neon, 'SHOW wal_level')).toBe('replica');

    neon.faults.add({ kind: 'operation-stays', action: 'suspend_compute' });
    const { status: answered, body } = await settings({ enable_logical_replication: true });
    expect(answered).toBe(200);
    expect(body.project.settings.enable_logical_replication).toBe(true);
    // Of every compute: the default branch's and those of its two children.
    expect(body.operations.map(({ action, status }) => `${action} ${status}`)).toEqual(
      Array.from({ length: 3 }, () => ['suspend_compute scheduling', 'start_compute scheduling']).flat(),
    );
    const refused = await settings({ allowed_ips: { ips: ['192.0.2.1'] } });
    expect(refused.status).toBe(423);
    expect(refused.body.message).toBe(
      'project already has running conflicting operations, scheduling of new ones is prohibited',
    );
    expect((await ask('GET', '')).body.project.settings.allowed_ips).toMatchObject({ ips: [] });

    const status = async (): Promise<string> => {
      const { operation } = (await ask('GET', `/operations/${body.operations[0]?.id}`)).body as unknown as {
        operation: { status: string };
      };
      return operation.status;
    };
    await until(async () => (await status()) === 'running');
    expect(await asSuperuser(neon, 'SHOW wal_level')).toBe('replica');
    neon.faults.release();
    await until(async () => (await status()) === 'finished');
    await end;
    await neon.idle();
    expect(await asSuperuser(neon, 'SHOW wal_level')).toBe('logical');
    expect(await asSuperuser(neon, `SELECT slot_name FROM pg_replication_slots`)).toBe('wal_proposer_slot');

    expect((await settings({ enable_logical_replication: true })).body.operations).toEqual([]);
    expect((await settings({ enable_logical_replication: false })).status).toBe(400);
    expect((await ask('GET', '')).body.project.settings.enable_logical_replication).toBe(true);
  });
});

describe('roles', () => {
  it('creates one for real, tells the password once, and drops the sessions', async () => {
    const owner = await connect(
      neon,
      'neondb_owner',
      (await ask('GET', roles('/neondb_owner/reveal_password'))).body.password,
    );
    const end = dropped(owner);
    neon.faults.add({ kind: 'operation-stays' });
    const { status, body } = await ask('POST', roles(), { role: { name: 'materialize' } });
    expect(status).toBe(201);
    const { password = '' } = body.role;
    expect((await ask('GET', roles('/materialize'))).body.role).not.toHaveProperty('password');
    await until(() => neon.operations()[0]?.status === 'running');
    await expect(connect(neon, 'materialize', password)).rejects.toMatchObject({ code: '28P01' });
    neon.faults.release();
    await end;
    await neon.idle();
    const client = await connect(neon, 'materialize', password);
    const { rows } = await client.query(
      `SELECT rolreplication, rolbypassrls, rolsuper, pg_has_role('neon_superuser', 'member') AS privileged
       FROM pg_roles WHERE rolname = current_user`,
    );
    expect(rows).toEqual([{ rolreplication: true, rolbypassrls: true, rolsuper: false, privileged: true }]);
    await expect(client.query('ALTER TABLE orders REPLICA IDENTITY FULL')).rejects.toMatchObject({ code: '42501' });
    expect((await client.query('SELECT 1 FROM orders LIMIT 1')).rowCount).toBe(1);
    await client.end();
    expect((await ask('GET', roles('/materialize/reveal_password'))).body.password).toBe(password);
    expect((await ask('POST', roles(), { role: { name: 'materialize' } })).status).toBe(409);
    expect((await ask('POST', roles(), { role: { name: 'pg_mine' } })).status).toBe(400);
  });

  it('keeps the old password valid until the last operation finished', async () => {
    const old = (await ask('GET', roles('/materialize/reveal_password'))).body.password;
    neon.faults.add({ kind: 'operation-stays', action: 'apply_config' });
    const session = await connect(neon, 'materialize', old);
    const end = dropped(session);
    const { body } = await ask('POST', roles('/materialize/reset_password'));
    const fresh = body.role.password ?? '';
    await until(() => neon.operations()[0]?.status === 'running');
    await (await connect(neon, 'materialize', old)).end();
    await expect(connect(neon, 'materialize', fresh)).rejects.toMatchObject({ code: '28P01' });
    expect((await ask('POST', roles(), { role: { name: 'second' } })).status).toBe(423);
    neon.faults.release();
    await end;
    await neon.idle();
    await (await connect(neon, 'materialize', fresh)).end();
    await expect(connect(neon, 'materialize', old)).rejects.toMatchObject({ code: '28P01' });
    expect((await ask('GET', roles('/materialize/reveal_password'))).body.password).toBe(fresh);
  });

  it('deletes one that owns no database, and says 204 when there is none', async () => {
    expect((await ask('DELETE', roles('/neondb_owner'))).status).toBe(422);
    expect((await ask('DELETE', roles('/materialize'))).status).toBe(200);
    await neon.idle();
    expect(await asSuperuser(neon, `SELECT count(*)::int FROM pg_roles WHERE rolname = 'materialize'`)).toBe(0);
    expect((await ask('DELETE', roles('/materialize'))).status).toBe(204);
  });

  it('lists roles made by SQL but does not know their passwords', async () => {
    await asSuperuser(neon, `CREATE ROLE "by SQL" LOGIN PASSWORD 'x'`);
    expect((await ask('GET', roles())).body.roles).toMatchObject([{ name: 'neondb_owner' }, { name: 'by SQL' }]);
    expect((await ask('GET', roles('/by%20SQL/reveal_password'))).status).toBe(404);
    await asSuperuser(neon, `DROP ROLE "by SQL"`);
  });

  it('does not pretend to do what it cannot', async () => {
    const answer = await ask('POST', '/branches', { branch: { name: 'new', parent_lsn: '0/1E19478' } });
    expect(answer.status).toBe(501);
    const body = { project: { history_retention_seconds: 0 } };
    expect((await ask('PATCH', '', body)).body.message).toContain('the stand-in does not support');
  });
});

describe('computes and operations', () => {
  const endpoint = (verb: string): Promise<Answer> => ask('POST', `/endpoints/${neon.endpoint}/${verb}`);

  it('suspends, works on an idle compute, starts and restarts it', async () => {
    expect((await endpoint('suspend')).body.operations).toMatchObject([{ action: 'suspend_compute' }]);
    await neon.idle();
    expect(neon.postgres.isRunning()).toBe(false);
    expect((await ask('GET', `/endpoints/${neon.endpoint}`)).body.endpoint).toMatchObject({ current_state: 'idle' });
    const { operations } = (await ask('POST', roles(), { role: { name: 'while_idle' } })).body;
    expect(operations.map(({ action }) => action)).toEqual(['start_compute', 'apply_config', 'suspend_compute']);
    await neon.idle();
    expect(neon.postgres.isRunning()).toBe(false);
    await endpoint('start');
    await neon.idle();
    expect(await asSuperuser(neon, `SELECT count(*)::int FROM pg_roles WHERE rolname = 'while_idle'`)).toBe(1);
    const before = await asSuperuser(neon, 'SELECT pg_postmaster_start_time()::text');
    expect((await endpoint('restart')).body.operations).toHaveLength(2);
    await neon.idle();
    expect(await asSuperuser(neon, 'SELECT pg_postmaster_start_time()::text')).not.toBe(before);
  });

  it('wakes an idle compute for whoever connects, with the settings of the project', async () => {
    const { password } = (await ask('GET', roles('/neondb_owner/reveal_password'))).body;
    await endpoint('suspend');
    await neon.idle();
    const first = await connect(neon, neon.owner, password);
    expect((await first.query('SHOW wal_level')).rows).toEqual([{ wal_level: 'logical' }]);
    await first.end();
    expect((await ask('GET', `/endpoints/${neon.endpoint}`)).body.endpoint).toMatchObject({ current_state: 'active' });
    const again = await connect(neon, neon.owner, password);
    await again.end();
  });

  it('lists operations newest first, page by page, until an empty page', async () => {
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await ask('GET', `/operations?limit=3${cursor}`);
      if (body.operations.length === 0) break;
      ids.push(...body.operations.map(({ id }) => id));
      cursor = `&cursor=${(body as unknown as { pagination: { cursor: string } }).pagination.cursor}`;
    }
    expect(ids).toEqual(neon.operations().map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(3);
  });
});

it('has been held to the specification in every call a client needs', () => {
  const wanted =
    `getAuthDetails getProject updateProject listProjectBranches getProjectBranch listProjectBranchEndpoints
    getProjectEndpoint startProjectEndpoint suspendProjectEndpoint restartProjectEndpoint listProjectBranchDatabases
    listProjectBranchRoles getProjectBranchRole deleteProjectBranchRole getProjectBranchRolePassword
    resetProjectBranchRolePassword listProjectOperations getProjectOperation getConnectionURI`.split(/\s+/);
  const exercised = proxy.exercised();
  const all = [...wanted.map((name) => `${name} 200`), 'createProjectBranchRole 201', 'deleteProjectBranchRole 204'];
  expect(all.filter((each) => !exercised.has(each))).toEqual([]);
});
