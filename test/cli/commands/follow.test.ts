import { Client, Connection } from '@temporalio/client';
import { dataConverterOf } from '../../../src/codec';
import { TASK_QUEUE, runId } from '../../../src/core/names';
import { followRun } from '../../../src/cli/temporal/follow/follow-run';
import type { Temporal } from '../../../src/cli/temporal/client';
import { Output } from '../../../src/cli/terminal/output';
import { until } from '../../../local/stack/until';
import { fakes } from '../../workflows/harness';
import { copying } from '../support/copying';
import { specOf } from '../support/files';
import { startWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.close());

/** A client, and how often it asks the server for a run's description and for the run's own view. */
async function counting() {
  const { TEMPORAL_ADDRESS: address = '', TEMPORAL_NAMESPACE: namespace = '' } = world.env;
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace, dataConverter: dataConverterOf([]) });
  const temporal: Temporal = { client, listing: client, connection, address, namespace, taskQueue: TASK_QUEUE };
  const looks = jest.spyOn(connection.workflowService, 'describeWorkflowExecution');
  const queries = jest.spyOn(connection.workflowService, 'queryWorkflow');
  return { temporal, looks: () => looks.mock.calls.length, queries: () => queries.mock.calls.length };
}

/** Where nobody sees it; what was said so far. */
function quietOutput(): { output: Output; said: () => string } {
  const output = new Output(false);
  const log = jest.spyOn(output, 'log').mockImplementation();
  return { output, said: () => log.mock.calls.flat().join('\n') };
}

const LOOKS = 4;
const when = (holds: boolean): Promise<true | undefined> => Promise.resolve(holds || undefined);

describe('following a run', () => {
  it('asks the run itself only when it did something, and shows what heartbeats tell', async () => {
    const { activities, tell, release } = copying();
    const { temporal, looks, queries } = await counting();
    const { output, said } = quietOutput();
    const spec = specOf('followed');
    await world.withWorker(fakes([], activities), async () => {
      const { firstExecutionRunId } = await world.client.workflow.start('replicate', {
        ...{ taskQueue: TASK_QUEUE, workflowId: runId(spec.name), args: [{ spec, approved: [] }] },
      });
      const end = followRun(temporal, output, {
        ...{ pipeline: spec.name, execution: firstExecutionRunId, next: '' },
        answer: () => Promise.resolve(false),
      });
      try {
        await until(() => when(said().includes('orders: copying 52,000')), {
          what: 'the first heartbeat',
          timeout: 30_000,
        });
        const before = { looks: looks(), queries: queries() };
        tell(61_000);
        await until(() => when(looks() >= before.looks + LOOKS), {
          ...{ what: 'more looks', timeout: 60_000 },
        });
        expect(said()).toContain('orders: copying 61,000');
        // One for what happened between the first heartbeat and here.
        expect(queries()).toBeLessThanOrEqual(before.queries + 1);
      } finally {
        release();
      }
      await expect(end).resolves.toMatchObject({ end: 'done' });
      expect(said()).toContain('✓ snapshot');
      // Three events and one workflow task for each step.
      const { events = [] } = await world.client.workflow.getHandle(runId(spec.name)).fetchHistory();
      const tasks = events?.filter(({ workflowTaskCompletedEventAttributes: task }) => task).length ?? 0;
      expect(queries()).toBeLessThanOrEqual(tasks + 2);
    });
    await temporal.connection.close();
  });
});
