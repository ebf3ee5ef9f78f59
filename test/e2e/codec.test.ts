import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection, ScheduleOverlapPolicy } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { msToTs } from '@temporalio/common/lib/time';
import type { History } from '@temporalio/common/lib/proto-utils';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { ensureSearchAttributes, untilNamespaceAnswers } from '../../local/temporal/ready';
import { searchAttributes } from '../../local/temporal/server';
import type { ListedPipeline } from '../../src/cli/render/list';
import { dataConverterOf } from '../../src/codec';
import { codecKeys } from '../../src/codec/keys';
import type { ReplicateReport, RunView } from '../../src/core/run/types';
import { gatePublication, holdUpCopy } from './support/hold-up';
import { keptWith, leaks } from './support/leaks';
import { until } from './support/until';
import { World, type Ran } from './support/world';

jest.setTimeout(240_000);
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** Names that occur nowhere else: one that is found has got out. */
const NAMES = { schema: 'heron_yard', table: 'Kestrel Ledger', column: 'plover_amount', other: 'bittern_queue' };
const TABLES = [`${NAMES.schema}."${NAMES.table}"`, `${NAMES.schema}.${NAMES.other}`];
const BUNDLE = { codePath: join(__dirname, '../../lib/workflow-bundle-codec.js') };
const K1 = 'k1=env:N2M_SECRET_CODEC_K1';
const K2 = 'k2=env:N2M_SECRET_CODEC_K2';

const env: Record<string, string> = {
  N2M_SECRET_CODEC_K1: randomBytes(32).toString('base64'),
  N2M_SECRET_CODEC_K2: randomBytes(32).toString('base64'),
  N2M_CODEC_KEYS: K1,
};

let world: World;
/** As somebody with both keys reads it; `world.temporal` has none. */
let reader: Client;

/** A namespace of its own: whoever destroys a pipeline beside these must be able to read all files there. */
async function ownNamespace(): Promise<string> {
  const namespace = `codec-${randomUUID()}`;
  const address = process.env.N2M_TEST_TEMPORAL_ADDRESS ?? '';
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  const ready = await untilNamespaceAnswers({ address }, namespace, 60_000);
  await ensureSearchAttributes(ready, namespace, searchAttributes);
  await Promise.all([connection.close(), ready.close()]);
  return namespace;
}

beforeAll(async () => {
  env.TEMPORAL_NAMESPACE = await ownNamespace();
  world = await World.start({ neon: { sampleOrders: 200, operationMs: 50 }, env });
  reader = new Client({
    connection: world.temporal.connection,
    namespace: world.env.TEMPORAL_NAMESPACE,
    dataConverter: dataConverterOf(codecKeys({ ...env, N2M_CODEC_KEYS: `${K2},${K1}` })),
  });
  await world.upstream((client) =>
    client.query(
      [
        `CREATE SCHEMA ${NAMES.schema} AUTHORIZATION neondb_owner`,
        `CREATE TABLE ${TABLES[0]} (id int PRIMARY KEY, ${NAMES.column} text)`,
        `CREATE TABLE ${TABLES[1]} (id int PRIMARY KEY)`,
        ...TABLES.map((table) => `ALTER TABLE ${table} OWNER TO neondb_owner`),
        `INSERT INTO ${TABLES[0]} SELECT n, n FROM generate_series(1, 100) n`,
      ].join(';'),
    ),
  );
  await world.startWorker();
});
afterAll(() => world.stop());

const write = (more: string[] = []): Promise<string> =>
  world.write(({ source }) => void (source.tables = [...TABLES, ...more]));
const run = () => reader.workflow.getHandle(`pipeline/${world.name}`);
const view = (): Promise<RunView> => run().query<RunView>('view');

/** What a run says of itself once it has come to `there`. */
const untilRun = (what: string, there: (now: RunView) => boolean): Promise<RunView> =>
  until(async () => {
    const now = await view();
    return there(now) ? now : undefined;
  }, what);

/** A worker with other keys in place of the one that runs. */
async function rotate(keys: string): Promise<void> {
  await world.stopWorker();
  env.N2M_CODEC_KEYS = keys;
  await world.startWorker();
}

/** Of what Temporal stores of the pipeline: what has to be there so that the search means something. */
async function nothingLeaks(...covered: string[]): Promise<void> {
  expect(leaks(await keptWith(world, covered), NAMES)).toEqual([]);
}

/** The run says that its copy is held up, and only whoever has the keys reads of what. */
async function saysItIsHeldUp(): Promise<void> {
  await untilRun('the copy to be held up', ({ snapshot }) => snapshot?.stuck != null);
  const heartbeat = await until(async () => {
    const [pending] = (await run().describe()).raw.pendingActivities ?? [];
    return pending?.heartbeatDetails?.payloads ?? undefined;
  }, 'a heartbeat');
  const progress = await decodeArrayFromPayloads(reader.options.loadedDataConverter, heartbeat);
  expect(JSON.stringify(progress)).toContain(NAMES.table);
  await nothingLeaks(`description of pipeline/${world.name} `, `details of pipeline/${world.name} `);
}

const code = ({ code, stderr }: Ran, expected: number): void =>
  expect({ code, stderr: code === expected ? '' : stderr }).toEqual({ code: expected, stderr: '' });

describe('a pipeline whose payloads are encrypted', () => {
  it('waits for approval and names no table to whoever has no key', async () => {
    await world.neon.postgres.restart({ wal_level: 'logical' });
    code(await world.n2m(['apply', await write(), '--no-wait']), 4);
    const waiting = await untilRun('a question', ({ phase }) => phase === 'waiting-for-approval');
    expect(JSON.stringify(waiting.steps)).toContain(NAMES.table);
    await nothingLeaks(`history of pipeline/${world.name} `, `history of pipeline/${world.name}/plan-`);
  });

  it('goes on under the next key, through a copy that is held up', async () => {
    await rotate(`${K2},${K1}`);
    await gatePublication(world);
    code(await world.n2m(['approve', world.name, '--yes']), 0);
    const letGo = await holdUpCopy(world);
    try {
      await saysItIsHeldUp();
    } finally {
      await letGo();
    }
    expect(JSON.stringify(await run().result())).toContain(NAMES.table);
  });

  it('is watched: status, list and checks read what nobody else can', async () => {
    const watch = reader.schedule.getHandle(`pipeline/${world.name}/watch`);
    await watch.trigger(ScheduleOverlapPolicy.SKIP);
    await until(async () => {
      const ran = await world.n2m(['list', '--output', 'json']);
      const { pipelines } = JSON.parse(ran.stdout) as { pipelines: ListedPipeline[] };
      const healthy = pipelines.some(({ pipeline, verdict }) => pipeline === world.name && verdict === 'healthy');
      return healthy ? true : undefined;
    }, 'a check');
    // Whoever has other keys, or none, still lists it beside their own.
    const without = await world.n2m(['list', '--output', 'json'], { N2M_CODEC_KEYS: '' });
    expect({ stdout: without.stdout, stderr: without.stderr }).toEqual({
      stdout: expect.stringContaining(`"pipeline": "${world.name}"`) as string,
      stderr: expect.not.stringContaining('encrypted') as string,
    });
    const status = await world.n2m(['status', world.name, '--output', 'json']);
    code(status, 0);
    expect(status.stdout).toContain(NAMES.table);
    // A scheduled check names only what is not well.
    const last = await world.n2m(['status', world.name, '--output', 'json', '--last']);
    code(last, 0);
    expect(JSON.parse(last.stdout)).toMatchObject({ verdict: 'healthy', tableCounts: { count: 2 } });
    expect(JSON.stringify((await watch.describe()).action)).toContain(NAMES.table);
    await nothingLeaks('schedule', `history of pipeline/${world.name}/check`, `history of pipeline/${world.name}/look`);
  });

  it('is compared, and neither keys nor values that differ are read by who has no key', async () => {
    const value = 'redshank rose';
    const unsent = (to: string) =>
      world.upstream(async (client) => {
        const publication = `n2m_${world.name}`;
        await client.query(`ALTER PUBLICATION ${publication} SET (publish = 'insert, delete, truncate')`);
        await client.query(`UPDATE ${TABLES[0]} SET ${NAMES.column} = $1 WHERE id = 7`, [to]);
        await client.query(`ALTER PUBLICATION ${publication} SET (publish = 'insert, update, delete, truncate')`);
      });
    const { rows } = await world.upstream((client) =>
      client.query<{ was: string }>(`SELECT ${NAMES.column} AS was FROM ${TABLES[0]} WHERE id = 7`),
    );
    await unsent(value);
    const compared = await world.n2m(['verify', world.name, '--show-values', '--output', 'json']);
    code(compared, 3);
    expect(compared.stdout).toContain(value);
    expect(leaks(await keptWith(world, ['/verify']), { ...NAMES, value })).toEqual([]);
    await unsent(rows[0]?.was ?? '');
    code(await world.n2m(['verify', world.name]), 0);
  });

  it('has its schedule written anew with a new key by the next apply, and nothing else', async () => {
    await rotate(`${K1},${K2}`);
    const applied = await world.n2m(['apply', await write(), '--output', 'json']);
    code(applied, 0);
    const { steps } = JSON.parse(applied.stdout) as ReplicateReport;
    expect(steps.filter(({ outcome }) => outcome !== 'kept').map(({ id }) => id)).toEqual(['watch']);
    const { raw } = await reader.schedule.getHandle(`pipeline/${world.name}/watch`).describe();
    const written = Object.entries(raw.schedule?.action?.startWorkflow ?? {}).map(([, value]) => JSON.stringify(value));
    expect(written.join('')).toContain(`"encryption-key-id":"${Buffer.from('k1').toString('base64')}"`);
    expect(JSON.stringify(raw)).not.toContain(`"encryption-key-id":"${Buffer.from('k2').toString('base64')}"`);
  });

  it('fails in secret, too: a refusal of Postgres that names a table', async () => {
    const refuse = (condition: string) =>
      world.upstream((client) =>
        client.query(`CREATE OR REPLACE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'not with ${NAMES.other}' USING ERRCODE = '${condition}'; END $$`),
      );
    await refuse('lock_not_available');
    await world.upstream((client) =>
      client.query(`CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('ALTER PUBLICATION')
                    EXECUTE FUNCTION refuse()`),
    );
    const applied = world.n2m(['apply', await write(['public.customers']), '--yes']);
    await until(async () => {
      const { raw } = await run().describe();
      return raw.pendingActivities?.some(({ lastFailure }) => lastFailure) ? true : undefined;
    }, 'a failure that is retried');
    const busy = await world.n2m(['status', world.name, '--output', 'json']);
    expect(busy.stdout).toContain(`not with ${NAMES.other}`);
    await nothingLeaks();
    await refuse('insufficient_privilege');
    const { code, stderr } = await applied;
    expect(code).toBe(1);
    expect(stderr).toContain(`not with ${NAMES.other}`);
    await nothingLeaks();
  });
});

describe('what is left', () => {
  it('in clear is the name and the state to search for', async () => {
    const { executions } = await world.temporal.workflowService.listWorkflowExecutions({
      namespace: world.env.TEMPORAL_NAMESPACE,
      query: `N2mPipeline = '${world.name}'`,
    });
    const searchable = executions.flatMap(({ searchAttributes }) =>
      Object.entries(searchAttributes?.indexedFields ?? {}).map(
        ([name, { data }]) => `${name} ${Buffer.from(data ?? []).toString()}`,
      ),
    );
    const ours = [...new Set(searchable)].filter((text) => text.startsWith('N2m')).sort();
    expect(ours).toContain(`N2mPipeline "${world.name}"`);
    for (const text of ours) expect(text).toMatch(/^N2m(Pipeline "w\w+"|State "[a-z-]+"|Verdict "[a-z-]+")$/);
  });

  it('of the old key decrypts: histories of both keys replay', async () => {
    const histories: History[] = [];
    for await (const { workflowId, runId } of reader.workflow.list({ query: `N2mPipeline = '${world.name}'` })) {
      histories.push(await reader.workflow.getHandle(workflowId, runId).fetchHistory());
    }
    const written = histories.map((history) => historyToJSON(history)).join('');
    for (const id of ['k1', 'k2']) expect(written).toContain(Buffer.from(id).toString('base64'));
    const replay = (keys: string) => (history: History) => {
      const dataConverter = dataConverterOf(codecKeys({ ...env, N2M_CODEC_KEYS: keys }));
      return Worker.runReplayHistory({ workflowBundle: BUNDLE, dataConverter }, history);
    };
    await Promise.all(histories.map(replay(`${K2},${K1}`)));
    const old = histories.find((history) => historyToJSON(history).includes(Buffer.from('k1').toString('base64')));
    await expect(replay(K2)(old ?? {})).rejects.toThrow(/workflow task failure/);
  });

  it('of a history without its key: the command line names the key', async () => {
    const { code, stderr } = await world.n2m(['status', world.name], { N2M_CODEC_KEYS: '' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/encrypted with key k\d, which N2M_CODEC_KEYS does not list here\nnext: add k\d=env:/);
  });
});

describe('a worker without the keys', () => {
  beforeAll(async () => {
    await rotate('');
    env.N2M_CODEC_KEYS = `${K2},${K1}`;
  });

  it.each(['plan', 'status', 'doctor'])('%s says what the worker lacks instead of waiting for it', async (command) => {
    const file = await write();
    const ran = await world.n2m([command, command === 'status' ? world.name : file]);
    expect(ran.code).toBe(command === 'doctor' ? 5 : 1);
    const told = (ran.stdout + ran.stderr).replace(/\s+/g, ' ');
    expect(told).toMatch(
      /worker cannot take it up: Temporal holds data encrypted with key k2.* (next|mend): add k2=env:/,
    );
  });
});
