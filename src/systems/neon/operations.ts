import { systemError } from '../errors';
import type { NeonOperation } from './types';

/** Neon may run a failed operation again by itself. */
const FAILED_GRACE_MS = 30_000;
const POLL_MS = 1_000;
const SLOWER_POLL_MS = 5_000;
/** After so long, polls are further apart. */
const PATIENT_AFTER_MS = 30_000;

const SUCCEEDED = new Set(['finished', 'skipped']);
const ENDED_BADLY = new Set(['error', 'cancelled']);

export const isOpen = (operation: NeonOperation): boolean =>
  !SUCCEEDED.has(operation.status) && !ENDED_BADLY.has(operation.status);

export interface OperationState extends NeonOperation {
  error?: string;
}

interface WaitOptions {
  deadlineMs: number;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  onPoll?: (open: NeonOperation[]) => void;
}

function failed(operation: OperationState) {
  const why = operation.error === undefined || operation.error === '' ? '' : `: ${operation.error}`;
  return systemError(
    'OperationFailed',
    'neon',
    `operation ${operation.action} (${operation.id}) ended as ${operation.status}${why}`,
    { code: operation.status, hint: "look at the project's operations in the Neon console, then run it again" },
  );
}

/** Polls until every operation is done. Statuses and actions are open sets: an unknown one is still under way. */
export async function waitForOperations(
  operations: readonly NeonOperation[],
  look: (id: string) => Promise<OperationState>,
  options: WaitOptions,
): Promise<void> {
  const start = options.now();
  const failedSince = new Map<string, number>();
  // What was open when its request was answered is looked at at least once.
  let open: NeonOperation[] = operations.filter((operation) => !SUCCEEDED.has(operation.status));
  while (open.length > 0) {
    const left: NeonOperation[] = [];
    for (const { id } of open) {
      const operation = await look(id);
      if (ENDED_BADLY.has(operation.status)) throw failed(operation);
      if (operation.status !== 'failed') failedSince.delete(id);
      else if (!failedSince.has(id)) failedSince.set(id, options.now());
      const since = failedSince.get(id);
      if (since !== undefined && options.now() - since >= FAILED_GRACE_MS) throw failed(operation);
      if (isOpen(operation)) left.push({ id, action: operation.action, status: operation.status });
    }
    open = left;
    if (open.length === 0) return;
    options.onPoll?.(open);
    const spent = options.now() - start;
    if (spent >= options.deadlineMs) {
      const names = open.map((operation) => `${operation.action} (${operation.status})`).join(', ');
      throw systemError('Timeout', 'neon', `still under way after ${Math.round(spent / 1000)} s: ${names}`, {
        retryable: true,
      });
    }
    await options.sleep(spent < PATIENT_AFTER_MS ? POLL_MS : SLOWER_POLL_MS);
  }
}
