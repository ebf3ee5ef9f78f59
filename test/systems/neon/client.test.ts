import { startNeon, type Neon } from '../../../local/neon/neon';
import { createNeon, type NeonClient } from '../../../src/systems/neon';
import { connectSource } from '../../../src/systems/postgres';

let neon: Neon;
let client: NeonClient;
const remembered: string[] = [];

beforeAll(async () => {
  neon = await startNeon({ sampleOrders: 0, operationMs: 30, branches: [{ name: 'dev', protected: true }] });
  client = createNeon({
    baseUrl: neon.api,
    apiKey: neon.apiKey,
    remember: (secret) => remembered.push(secret),
    sleep: () => new Promise((resolve) => setTimeout(resolve, 5)),
  });
});
afterAll(() => neon?.stop());
afterEach(() => neon?.faults.clear());

const wait = { deadlineMs: 30_000 };
const at = () => ({ project: neon.project, branch: null, database: neon.database });

describe('looking', () => {
  it('reads what a plan needs', async () => {
    expect(await client.readFacts(at())).toEqual({
      project: neon.project,
      branchId: neon.branch,
      branchName: 'main',
      branchProtected: false,
      pgVersion: 18,
      logicalReplication: false,
      storesPasswords: true,
      allowedIps: [],
      allowedIpsProtectedBranchesOnly: false,
      blocksPublicConnections: false,
      endpointId: neon.endpoint,
      endpointHost: '127.0.0.1',
      ownerRole: neon.owner,
      roleNames: [neon.owner],
    });
  });

  it('finds a branch by name and by id, and says which there are', async () => {
    const dev = await client.resolveBranch(neon.project, 'dev');
    expect(dev).toMatchObject({ name: 'dev', default: false, protected: true });
    expect(await client.resolveBranch(neon.project, dev.id)).toEqual(dev);
    await expect(client.resolveBranch(neon.project, 'nope')).rejects.toMatchObject({
      info: { type: 'NotFound', retryable: false, message: `project ${neon.project} has no branch nope` },
    });
  });

  it('says what is wrong with the key, the project, the database', async () => {
    const stranger = createNeon({ baseUrl: neon.api, apiKey: 'napi_wrong' });
    await expect(stranger.readFacts(at())).rejects.toMatchObject({
      info: { type: 'AuthenticationFailed', code: '401' },
    });
    await expect(client.readFacts({ ...at(), project: 'no-such-project-1' })).rejects.toMatchObject({
      info: { type: 'NotFound', code: '404' },
    });
    await expect(client.databaseOwner(neon.project, neon.branch, 'nodb')).rejects.toMatchObject({
      info: { type: 'NotFound', hint: `its databases are ${neon.database}` },
    });
  });

  it('hands out a direct URL that works, and remembers it as a secret', async () => {
    const connection = await client.connectionUri({ ...at(), branchId: neon.branch, role: neon.owner });
    expect(connection).toMatchObject({ host: '127.0.0.1', port: neon.postgres.port });
    expect(remembered).toContain(connection.url);
    const tls = { mode: 'verify-full', ca: neon.caPem } as const;
    const session = await connectSource({ url: connection.url, tls }, { connectTimeoutMs: 10_000, deadlineMs: 10_000 });
    expect(await session.query('SELECT current_user::text AS me')).toEqual([{ me: neon.owner }]);
    await session.close();
  });

  it('looks again when the project is busy and when an answer is lost', async () => {
    neon.faults.add({ kind: 'status', status: 423, times: 2 }, { kind: 'lost-connection', method: 'GET' });
    expect((await client.resolveBranch(neon.project, null)).name).toBe('main');
    expect(neon.faults.list()).toEqual([]);
  });
});

describe('roles', () => {
  it('makes one with a password that works once its operations are done', async () => {
    expect(await client.findRole(neon.project, neon.branch, 'mat er')).toBeNull();
    // Under way until a look has found it so; on its own it could be done before the first.
    neon.faults.add({ kind: 'operation-stays' });
    const { password, operations } = await client.createRole(neon.project, neon.branch, 'mat er');
    expect(operations).not.toHaveLength(0);
    const open: number[] = [];
    const onPoll = (left: unknown[]): void => {
      open.push(left.length);
      neon.faults.release();
    };
    await client.waitForOperations(neon.project, operations, { ...wait, onPoll });
    expect(open.length).toBeGreaterThan(0);
    expect(await client.findRole(neon.project, neon.branch, 'mat er')).toEqual({ name: 'mat er' });
    expect(await client.revealPassword(neon.project, neon.branch, 'mat er')).toBe(password);
    expect(remembered).toContain(password);
  });

  it('a lost answer surfaces, and the role is there when looked for', async () => {
    neon.faults.add({ kind: 'lost-connection', method: 'POST', when: 'after' });
    await expect(client.createRole(neon.project, neon.branch, 'lost')).rejects.toMatchObject({
      info: { type: 'Unreachable', retryable: true },
    });
    await neon.idle();
    expect(await client.findRole(neon.project, neon.branch, 'lost')).toEqual({ name: 'lost' });
    await expect(client.createRole(neon.project, neon.branch, 'lost')).rejects.toMatchObject({
      info: { system: 'neon' },
    });
  });

  it('resets a password', async () => {
    const before = await client.revealPassword(neon.project, neon.branch, 'lost');
    const { password, operations } = await client.resetPassword(neon.project, neon.branch, 'lost');
    await client.waitForOperations(neon.project, operations, wait);
    expect(password).not.toBe(before);
    expect(await client.revealPassword(neon.project, neon.branch, 'lost')).toBe(password);
  });

  it('deletes one, and is content when there is none', async () => {
    await client.waitForOperations(neon.project, await client.deleteRole(neon.project, neon.branch, 'lost'), wait);
    expect(await client.findRole(neon.project, neon.branch, 'lost')).toBeNull();
    expect(await client.deleteRole(neon.project, neon.branch, 'lost')).toEqual([]);
  });

  it('an operation that ends badly is told with its name', async () => {
    neon.faults.add({ kind: 'operation-fails', status: 'error' });
    const { operations } = await client.resetPassword(neon.project, neon.branch, 'mat er');
    await expect(client.waitForOperations(neon.project, operations, wait)).rejects.toMatchObject({
      info: { type: 'OperationFailed' },
    });
  });
});

describe('the allow list', () => {
  const allow = (ips: string[]) => neon.changeSettings({ allowed_ips: { ips, protected_branches_only: true } });

  it('is not touched while it is empty, for that would lock everybody out', async () => {
    expect(await client.addAllowedIps(neon.project, ['203.0.113.7/32'])).toEqual([]);
    expect(neon.settings().allowed_ips?.ips).toEqual([]);
  });

  it('gets what is missing, keeps the rest and the other key, and gives back exactly what was added', async () => {
    allow(['10.0.0.0/8', '192.0.2.1']);
    const wanted = ['10.9.9.9/32', '203.0.113.7/32', '192.0.2.1/32'];
    expect(await client.addAllowedIps(neon.project, wanted)).toEqual(['203.0.113.7/32']);
    expect(neon.settings().allowed_ips).toEqual({
      ips: ['10.0.0.0/8', '192.0.2.1', '203.0.113.7/32'],
      protected_branches_only: true,
    });
    expect(await client.addAllowedIps(neon.project, wanted)).toEqual([]);
    await client.removeAllowedIps(neon.project, ['203.0.113.7/32']);
    expect(neon.settings().allowed_ips?.ips).toEqual(['10.0.0.0/8', '192.0.2.1']);
  });

  it('is never emptied, for that would let everybody in', async () => {
    allow(['203.0.113.7/32']);
    await expect(client.removeAllowedIps(neon.project, ['203.0.113.7/32'])).rejects.toMatchObject({
      info: { type: 'PreconditionFailed' },
    });
    expect(neon.settings().allowed_ips?.ips).toEqual(['203.0.113.7/32']);
    allow([]);
  });
});

describe('logical replication', () => {
  it('is enabled once; a lost answer and a second call find its operations', async () => {
    neon.faults.add({ kind: 'lost-connection', method: 'PATCH', when: 'after' });
    await expect(client.enableLogicalReplication(neon.project)).rejects.toMatchObject({
      info: { type: 'Unreachable' },
    });
    const operations = await client.enableLogicalReplication(neon.project);
    await client.waitForOperations(neon.project, operations, wait);
    await neon.idle();
    expect((await client.readFacts(at())).logicalReplication).toBe(true);
    expect(await client.enableLogicalReplication(neon.project)).toEqual([]);
  });
});

it('passwords that are not stored cannot be revealed', async () => {
  const other = await startNeon({ sampleOrders: 0, operationMs: 10, storePasswords: false });
  try {
    const reader = createNeon({ baseUrl: other.api, apiKey: other.apiKey });
    expect(await reader.revealPassword(other.project, other.branch, other.owner)).toBeNull();
    await expect(
      reader.connectionUri({
        project: other.project,
        branchId: other.branch,
        database: other.database,
        role: other.owner,
      }),
    ).rejects.toMatchObject({ info: { type: 'PreconditionFailed' } });
  } finally {
    await other.stop();
  }
});
