import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { FAILURE_TYPES, type FailureInfo } from '../../core/failures/types';
import { CliError, EXIT } from '../exit';

/** How a workflow ended, in the closed set of failures; null for what is no workflow failure. */
export function failureInfo(error: unknown): FailureInfo | null {
  if (error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError)
    return failureOfActivity(error.cause);
  return null;
}

/** The same for a cause by itself: what an activity threw. */
export function failureOfActivity(cause: unknown): FailureInfo {
  const failure = cause instanceof ActivityFailure ? cause.cause : cause;
  if (failure instanceof ApplicationFailure) {
    const info: unknown = failure.details?.[0];
    if (isFailureInfo(info)) return info;
    return { ...UNEXPECTED, message: failure.message };
  }
  if (failure instanceof CancelledFailure) return { ...UNEXPECTED, type: 'Rejected', message: 'the run was cancelled' };
  if (failure instanceof TerminatedFailure) {
    return { ...UNEXPECTED, message: `the run was terminated in Temporal: ${failure.message}` };
  }
  if (failure instanceof TimeoutFailure) return { ...UNEXPECTED, type: 'Timeout', message: failure.message };
  return { ...UNEXPECTED, message: failure instanceof Error ? failure.message : 'the run failed without saying why' };
}

const UNEXPECTED: FailureInfo = {
  type: 'Unexpected',
  system: 'worker',
  message: '',
  code: null,
  retryable: false,
  hint: null,
};

function isFailureInfo(value: unknown): value is FailureInfo {
  if (typeof value !== 'object' || value === null) return false;
  const { type, message } = value as Partial<FailureInfo>;
  return typeof message === 'string' && (FAILURE_TYPES as readonly string[]).includes(type ?? '');
}

/** One sentence with cause and fix, exit code 1. */
export function failureError(info: FailureInfo, what: string, next: string): CliError {
  const code = info.code === null ? '' : ` (${info.code})`;
  const fix = info.hint
    ? `${info.hint}; ${next}`
    : info.type === 'Unexpected'
      ? next
      : `${next}; more: n2m explain ${info.type}`;
  return new CliError(`${what}: ${info.message}${code}`, EXIT.failed, fix, { failure: info });
}
