import { CancellationScope, ContinueAsNew, log, patched } from '@temporalio/workflow';
import { HAND_OVER, SOURCE } from '../core/objects';
import { type Converging, perform } from './converge';

/** Longer than any one attempt needs; a run that ends badly ends soon all the same. */
const AT_MOST = '2m';

/**
 * What reads may have made a slot, which holds WAL back on the application's disk whether or not its copy goes on. Where
 * `work` fails or is cancelled after that, the scheduled check is made before the run ends, so that somebody looks.
 */
export async function orLeaveWatched<T>(run: Converging, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Runs that failed under an earlier version left nobody behind.
    if (!(error instanceof ContinueAsNew) && mayHoldBack(run) && patched('watch-what-failed')) await leaveWatched(run);
    throw error;
  }
}

function mayHoldBack({ tracker }: Converging): boolean {
  const reading = new Set(SOURCE.flatMap(({ steps }) => steps.map(({ id }) => id)));
  return tracker.view.steps.some(({ id, state, startedAt }) => reading.has(id) && (state !== 'pending' || startedAt));
}

async function leaveWatched(run: Converging): Promise<void> {
  try {
    await CancellationScope.nonCancellable(() =>
      CancellationScope.withTimeout(AT_MOST, () => perform(HAND_OVER, { ...run, between: undefined })),
    );
  } catch (error) {
    log.warn(`nobody watches what was made so far: ${error instanceof Error ? error.message : String(error)}`);
  }
}
