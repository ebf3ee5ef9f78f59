import { createServer, type AddressInfo, type Server } from 'node:net';
import { MockActivityEnvironment } from '@temporalio/testing';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import { startNeon, type Neon } from '../../local/neon/neon';
import { createActivities, type Deps } from '../../src/activities';
import { createSourceDirectory } from '../../src/activities/support/source-directory';
import type { StepInput } from '../../src/activities/types';
import type { DestroyInput } from '../../src/core/destroy/types';
import type { FailureType } from '../../src/core/failures/types';
import { parsePipeline } from '../../src/core/spec/parse';
import type { PipelineSpec } from '../../src/core/spec/types';
import { createNeon, type NeonClient } from '../../src/systems/neon';
import { createSecrets } from '../../src/systems/secrets';

let neon: Neon;
let materialize: MaterializeServer;
beforeAll(async () => {
  [neon, materialize] = await Promise.all([
    startNeon({ sampleOrders: 1, logicalReplication: true, operationMs: 30 }),
    startMaterialize(),
  ]);
}, 120_000);
afterAll(() => Promise.all([neon?.stop(), materialize?.stop()]));
afterEach(() => neon.faults.clear());

function specOf(project: string, database: string, role = 'mz'): PipelineSpec {
  const file = parsePipeline(`
name: shop
source:
  kind: neon
  project: ${project}
  apiKey: env:N2M_SECRET_NEON_API_KEY
  database: ${database}
  role: { name: ${role}, via: api }
  tables: [public.orders]
  tls: { mode: require }
materialize:
  url: env:N2M_SECRET_MATERIALIZE_URL
  cluster: { snapshotSize: 200cc, steadySize: 50cc }
`);
  if (!file.ok) throw new Error(`the file of this test is wrong: ${JSON.stringify(file.problems)}`);
  return file.spec;
}

function depsOf(client: (apiKey: string) => NeonClient): Deps {
  const env = { N2M_SECRET_NEON_API_KEY: neon.apiKey, N2M_SECRET_MATERIALIZE_URL: materialize.url };
  const secrets = createSecrets({ env, allow: [], directory: null });
  return { secrets, sources: createSourceDirectory(secrets), neon: client, schedules } as Partial<Deps> as Deps;
}

/** Nobody else's watch is in this Temporal. */
const schedules = { list: () => (async function* () {})() } as unknown as Deps['schedules'];

const destroying = (spec: PipelineSpec) =>
  ({
    spec,
    plan: { known: { slot: null, added: [{ kind: 'role', name: spec.source.role.name }] } },
  }) as unknown as DestroyInput;

describe('a change at Neon whose answer is an error, although it happened', () => {
  const api = (apiKey: string) => createNeon({ baseUrl: neon.api, apiKey, retryBudgetMs: 0 });
  const requests = (action: string) => neon.operations().filter((operation) => operation.action === action).length;
  const step = (spec: PipelineSpec): StepInput => ({
    ...{ spec, tables: [], removed: [], syntax: 'subsources', planned: 'create' },
  });

  it.each([
    ['status' as const, 'ServerBusy'],
    ['lost-connection' as const, 'Unreachable'],
  ])('%s: the role is looked for, and waited for, before it is made again', async (kind, type) => {
    const spec = specOf(neon.project, neon.database, `mz_${kind.replace('-', '_')}`);
    const { ensureRole } = createActivities(depsOf(api));
    const path = '/roles$';
    neon.faults.add(
      kind === 'status' ? { kind, status: 500, when: 'after', method: 'POST', path } : { kind, method: 'POST', path },
      { kind: 'operation-stays' },
    );
    const before = requests('apply_config');
    await expect(new MockActivityEnvironment().run(ensureRole, step(spec))).rejects.toMatchObject({
      info: { type, retryable: true },
    });
    const second = new MockActivityEnvironment();
    // Its operation still runs: the compute does not know the role, and that is no reason to give up.
    const waits = new Promise((resolve) => second.once('heartbeat', resolve));
    const result = second.run(ensureRole, step(spec));
    expect(await Promise.race([waits, result])).toEqual({ waitingFor: ['apply_config running'] });
    neon.faults.release();
    await expect(result).resolves.toMatchObject({ outcome: 'created' });
    expect(requests('apply_config') - before).toBe(1);
  });

  it('a role that goes is waited for in the same way', async () => {
    const spec = specOf(neon.project, neon.database, 'mz_going');
    const { ensureRole, removeRole } = createActivities(depsOf(api));
    await new MockActivityEnvironment().run(ensureRole, step(spec));
    neon.faults.add(
      { kind: 'status', status: 500, when: 'after', method: 'DELETE', path: '/roles/mz_going$' },
      { kind: 'operation-stays' },
    );
    const input = destroying(spec);
    await expect(new MockActivityEnvironment().run(removeRole, input)).rejects.toMatchObject({
      info: { type: 'ServerBusy', retryable: true },
    });
    const second = new MockActivityEnvironment();
    const waits = new Promise((resolve) => second.once('heartbeat', resolve));
    const result = second.run(removeRole, input);
    expect(await Promise.race([waits, result])).toEqual({ waitingFor: ['apply_config running'] });
    neon.faults.release();
    await expect(result).resolves.toMatchObject({ outcome: 'dropped' });
  });
});

/** Answers every login as Neon's proxy does that refuses one. */
async function startRefusing(message: string): Promise<Server> {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C28000\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([Buffer.from('E'), length, fields])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe("Neon's own refusals", () => {
  it.each<[string, FailureType]>([
    ['Your account or project has exceeded the compute time quota. Upgrade your plan.', 'QuotaExceeded'],
    ['Your project has exceeded the data transfer quota. Upgrade your plan to increase limits.', 'QuotaExceeded'],
    ['The endpoint has been disabled. Enable it using Neon API and retry.', 'EndpointDisabled'],
    ['The requested endpoint could not be found', 'EndpointGone'],
    ["password authentication failed for user 'neondb_owner'", 'AuthenticationFailed'],
  ])('%s: %s; the address is asked for again at the next attempt', async (message, type) => {
    const server = await startRefusing(message);
    const { port } = server.address() as AddressInfo;
    let asked = 0;
    const client = {
      resolveBranch: () => Promise.resolve({ id: 'br-1', name: 'main', default: true, protected: false }),
      databaseOwner: () => Promise.resolve('neondb_owner'),
      connectionUri: () => {
        asked += 1;
        return Promise.resolve({
          url: `postgres://neondb_owner:secret@127.0.0.1:${port}/shop`,
          host: '127.0.0.1',
          port,
        });
      },
    } as Partial<NeonClient> as NeonClient;
    const spec = specOf('p', 'shop');
    const { ensureSecret } = createActivities(depsOf(() => client));
    const input = { spec: { ...spec, source: { ...spec.source, tls: { mode: 'disable' } } } } as unknown as StepInput;
    try {
      for (const attempt of [1, 2]) {
        await expect(new MockActivityEnvironment().run(ensureSecret, input)).rejects.toMatchObject({
          info: { type, retryable: true, patienceMs: expect.any(Number) as number },
        });
        expect(asked).toBe(attempt);
      }
    } finally {
      server.close();
    }
  });

  it('a branch that the API does not know any more is looked up again by its name', async () => {
    const deps = depsOf((apiKey) => createNeon({ baseUrl: neon.api, apiKey, retryBudgetMs: 0 }));
    const spec = specOf(neon.project, neon.database, 'mz_gone');
    const kept = deps.sources;
    let forgotten = 0;
    // Kept from before the branch was deleted and made again under its name.
    const sources: Deps['sources'] = {
      async find(source, client) {
        const access = await kept.find(source, client);
        return forgotten === 0 ? { ...access, branchId: 'br-of-yesterday-1' } : access;
      },
      forget(source) {
        forgotten += 1;
        kept.forget(source);
      },
    };
    const { removeRole } = createActivities({ ...deps, sources });
    await expect(new MockActivityEnvironment().run(removeRole, destroying(spec))).rejects.toMatchObject({
      info: { type: 'EndpointGone', retryable: true },
    });
    await expect(new MockActivityEnvironment().run(removeRole, destroying(spec))).resolves.toMatchObject({
      outcome: 'dropped',
    });
  });
});
