import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, type WorkflowHandle } from '@temporalio/client';
import type { ProtoFailure } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { dataConverterOf } from '../../src/codec';
import { codecKeys } from '../../src/codec/keys';
import { parsePipeline } from '../../src/core/spec/parse';
import type { ReplicateInput } from '../../src/core/run/types';
import { scheduleOnQueueOf } from '../attacks/start-workflows/rogue';
import { until } from './support/until';
import { World } from './support/world';

jest.setTimeout(240_000);

const REFUSED = 'takes encrypted data only (N2M_CODEC_REQUIRE)';
const env = {
  N2M_SECRET_CODEC_K1: randomBytes(32).toString('base64'),
  N2M_CODEC_KEYS: 'k1=env:N2M_SECRET_CODEC_K1',
  N2M_CODEC_REQUIRE: '1',
};

let world: World;
/** Somebody with the key, and somebody who may start workflows and has none. */
let friend: Client;
let starter: Client;
let input: ReplicateInput;
beforeAll(async () => {
  world = await World.start({ neon: { sampleOrders: 200, operationMs: 50 }, env });
  starter = world.temporal;
  const { connection } = starter;
  const namespace = world.env.TEMPORAL_NAMESPACE;
  friend = new Client({ connection, namespace, dataConverter: dataConverterOf(codecKeys(env)) });
  const file = parsePipeline(await readFile(await world.write(), 'utf8'));
  if (!file.ok) throw new Error(JSON.stringify(file.problems));
  input = { spec: file.spec, approved: [] };
  await world.startWorker();
});
afterAll(() => world.stop());

const workflowId = () => `pipeline/${world.name}`;
const events = async (handle: WorkflowHandle) => (await handle.fetchHistory()).events ?? [];

/** What the worker says of it, for those with the key alone. */
async function read(failure: ProtoFailure | null | undefined): Promise<string> {
  expect(failure?.message).toBe('Encoded failure');
  const error = await decodeOptionalFailureToOptionalError(friend.options.loadedDataConverter, failure);
  return `${error?.message}`;
}

/** What n2m would have made, or begun to. */
const made = async (): Promise<number> => {
  const { rows } = await world.upstream((client) =>
    client.query<{ count: number }>(
      `SELECT (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM pg_roles WHERE rolname = 'mz_${world.name}')
              + (SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'materialize%') AS count`,
    ),
  );
  return Number(rows[0]?.count);
};

describe('a worker that takes encrypted data only', () => {
  it('begins nothing for a starter without a key, who says all that a run needs', async () => {
    const { taskQueue } = world;
    const handle = await starter.workflow.start('replicate', { workflowId: workflowId(), taskQueue, args: [input] });
    try {
      const refused = await until(async () => {
        const failed = (await events(handle)).find(({ workflowTaskFailedEventAttributes: found }) => found);
        return failed?.workflowTaskFailedEventAttributes?.failure;
      }, 'a task that failed');
      expect(await read(refused)).toContain(REFUSED);
      expect((await events(handle)).filter((event) => event.activityTaskScheduledEventAttributes)).toEqual([]);
      expect(await made()).toBe(0);
    } finally {
      await handle.terminate('it was tried');
    }
  });

  it('runs no activity that a workflow of their own asks for', async () => {
    const step = { spec: input.spec, tables: [], removed: [], syntax: 'subsources', planned: 'create' };
    for (const [activity, asked] of [
      ['makePlan', { spec: input.spec }],
      ['ensurePublication', step],
    ] as const) {
      const call = { queue: world.taskQueue, theirs: `rogue-${randomUUID()}`, activity, input: asked };
      expect(await read(await scheduleOnQueueOf(starter, workflowId(), call))).toContain(REFUSED);
    }
    expect(await made()).toBe(0);
  });

  it('does the same work for whoever has the key', async () => {
    const { taskQueue } = world;
    const handle = await friend.workflow.start('replicate', { workflowId: workflowId(), taskQueue, args: [input] });
    await until(async () => {
      const completed = (await events(handle)).find((event) => event.activityTaskCompletedEventAttributes);
      return completed ? true : undefined;
    }, 'a step that is done');
    await handle.terminate('it was tried');
    const planned = await world.n2m(['plan', await world.write()]);
    expect({ code: planned.code, stderr: planned.stderr }).toEqual({ code: 3, stderr: expect.any(String) as string });
    expect(planned.stdout).toContain(`n2m_${world.name}`);
    const none = await world.n2m(['plan', await world.write()], { N2M_CODEC_KEYS: '', N2M_CODEC_REQUIRE: '' });
    expect(none.code).not.toBe(3);
  });
});
