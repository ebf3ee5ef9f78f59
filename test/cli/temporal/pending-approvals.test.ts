import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { Temporal } from '../../../src/cli/temporal/client';
import { approve, reject } from '../../../src/cli/temporal/pending-approvals';

/** As the server says it when the turn that would have taken the answer was dropped. */
const dropped = () =>
  new ServiceError('Workflow Update failed', {
    cause: Object.assign(new Error('9 FAILED_PRECONDITION'), {
      code: 9,
      details: 'Unable to perform workflow execution update due to unexpected workflow task failure.',
      metadata: {},
    }),
  });

/** A server that answers each try with the next of `answers`, and then takes it; the update ids it was sent. */
function answering(answers: Error[]): { temporal: Temporal; ids: string[] } {
  const ids: string[] = [];
  const executeUpdate = (_update: unknown, { updateId }: { updateId: string }): Promise<void> => {
    ids.push(updateId);
    const error = answers.shift();
    return error ? Promise.reject(error) : Promise.resolve();
  };
  const temporal = {
    client: { workflow: { getHandle: () => ({ executeUpdate }) } },
    connection: { withDeadline: (_until: number, work: () => Promise<void>) => work() },
  };
  return { temporal: temporal as unknown as Temporal, ids };
}

const ANSWERS: [string, (temporal: Temporal) => Promise<void>][] = [
  ['an approval', (temporal) => approve(temporal, 'shop', ['create-role'])],
  ['a rejection', (temporal) => reject(temporal, 'shop', 'not today')],
];

it.each(ANSWERS)('%s whose turn was dropped is given again, under the same id', async (_what, give) => {
  const { temporal, ids } = answering([dropped(), dropped()]);
  await give(temporal);
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
});

it.each(ANSWERS)('%s to a run that has ended is given once', async (_what, give) => {
  const { temporal, ids } = answering([new WorkflowNotFoundError('no', 'pipeline/shop', undefined)]);
  await expect(give(temporal)).rejects.toThrow('the run of shop has ended');
  expect(ids).toHaveLength(1);
});
