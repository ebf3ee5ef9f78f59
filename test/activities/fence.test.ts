import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { fenceEdge } from '../../src/activities/edges/fence';
import { stillActing } from '../../src/activities/edges/still-acting';

const STARTED = 2;
const CANCEL_REQUESTED = 3;
const SCHEDULED = 1;

interface Pending {
  activityId: string;
  attempt: number;
  state: number;
}

const logger = new DefaultLogger('ERROR');
const asked: string[] = [];

/** What attempt 2 of activity 7 is told before it changes something, while the server has this of the run. */
async function told(pending: Pending[] | Error | (() => Pending[]), activityType = 'ensureSchema'): Promise<string> {
  const describe = () => {
    if (pending instanceof Error) return Promise.reject(pending);
    return Promise.resolve({ raw: { pendingActivities: typeof pending === 'function' ? pending() : pending } });
  };
  const getHandle = (workflowId: string, runId: string) => {
    asked.push(`${workflowId} ${runId}`);
    return { describe };
  };
  const workflows = { getHandle } as unknown as WorkflowClient;
  const info = {
    activityType,
    activityId: '7',
    attempt: 2,
    workflowExecution: { workflowId: 'pipeline/a', runId: 'r' },
  };
  const environment = new MockActivityEnvironment(info, { interceptors: [fenceEdge({ workflows })], logger });
  try {
    return await environment.run(async () => {
      expect(Context.current().info.activityId).toBe('7');
      await stillActing();
      return 'goes on';
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const mine: Pending = { activityId: '7', attempt: 2, state: STARTED };

it.each<[string, Pending[]]>([
  ['it is the attempt under way', [{ ...mine, activityId: '6', attempt: 9 }, mine]],
  ['it was asked to stop, and ends its attempt first', [{ ...mine, state: CANCEL_REQUESTED }]],
])('lets an attempt change something where %s', async (_why, pending) => {
  expect(await told(pending)).toBe('goes on');
  expect(asked.at(-1)).toBe('pipeline/a r');
});

it.each<[string, Pending[]]>([
  ['another attempt is under way', [{ ...mine, attempt: 3 }]],
  ['the next one waits for its turn', [{ ...mine, attempt: 3, state: SCHEDULED }]],
  ['it was reset, and waits', [{ ...mine, state: SCHEDULED }]],
  ['the activity is over', [{ ...mine, activityId: '8' }]],
])('keeps an attempt from changing anything where %s', async (_why, pending) => {
  expect(await told(pending)).toBe('attempt 2 of ensureSchema was given up, so it changes nothing any more');
});

it('keeps it from changing anything where the run is gone, or nobody can tell', async () => {
  expect(await told(new WorkflowNotFoundError('gone', 'pipeline/a', 'r'))).toContain('was given up');
  expect(await told(new Error('14 UNAVAILABLE'))).toContain('cannot be told: 14 UNAVAILABLE');
});

describe('an answer that is older than the worker can have stood still', () => {
  const realNow = Date.now.bind(Date);
  let late = 0;
  /** As after SIGCONT: the answer was on its way before. */
  const stopped = (pending: Pending[]) => () => {
    late += 60_000;
    return pending;
  };
  beforeEach(() => void jest.spyOn(Date, 'now').mockImplementation(() => realNow() + late));
  afterEach(() => jest.restoreAllMocks());

  it('is asked for again', async () => {
    const answers = [stopped([mine]), () => [{ ...mine, attempt: 3 }]];
    const before = asked.length;
    expect(await told(() => answers.shift()!())).toContain('was given up');
    expect(answers).toEqual([]);
    expect(asked.length - before).toBe(2);
    expect(await told(() => [mine])).toBe('goes on');
  });

  it('is no answer, however often', async () => {
    expect(await told(stopped([mine]))).toContain('cannot be told: every answer came later than 5 s');
  });
});

it('asks nobody for what only reads', async () => {
  const before = asked.length;
  expect(await told([], 'makePlan')).toBe('goes on');
  expect(asked).toHaveLength(before);
});
