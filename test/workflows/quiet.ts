import type { WorkflowHandle } from '@temporalio/client';
import { until } from '../../local/stack/until';

/** The history's length once a run that waits for approval has told so and does nothing more by itself. */
export async function lengthWhenQuiet(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<number> {
  return until(
    async () => {
      const { events = [] } = await handle.fetchHistory();
      const told = events?.some(({ timerStartedEventAttributes: timer }) => timer) ?? false;
      const busy =
        events?.at(-1)?.workflowTaskCompletedEventAttributes == null && !events?.at(-1)?.timerStartedEventAttributes;
      return told && !busy ? events?.length : undefined;
    },
    { what: 'a run that waits', timeout: 30_000 },
  );
}
