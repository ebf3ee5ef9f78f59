import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { tallied } from '../../core/failures/tally';
import type { FailureInfo } from '../../core/failures/types';
import { shown } from '../../core/text/shown';
import { toSystemError } from '../../systems/errors';
import { REGISTRY } from '../registry';
import { onlyReads, wasCutShort } from './cut-short';
import { failuresBefore, rememberFailures, withHeartbeats } from './heartbeat';

/**
 * The one edge where anything thrown becomes a failure of the closed set, and the last place a secret could leave the
 * worker: history and logs see only the scrubbed message, never a raw cause or stack.
 */
export function failuresEdge(scrub: (text: string) => string): ActivityInterceptorsFactory {
  return () => ({
    inbound: {
      async execute(input, next) {
        if (REGISTRY.get(Context.current().info.activityType)?.declared.reads) onlyReads();
        try {
          return await withHeartbeats(() => next(input));
        } catch (error) {
          throw asFailure(error, scrub);
        }
      },
    },
  });
}

function asFailure(error: unknown, scrub: (text: string) => string): Error {
  // The SDK tells cancel, pause and shutdown apart by the class, so these pass.
  if (error instanceof CancelledFailure || (error instanceof Error && error.name === 'AbortError')) return error;
  if (wasCutShort()) return new CancelledFailure('cut short');
  const info = scrubbed(toSystemError(error, 'worker', Context.current().info.activityType).info, scrub);
  const { tally, over } = tallied(failuresBefore(), info, Date.now());
  if (!over) rememberFailures(tally);
  const failure = ApplicationFailure.create({
    // What the Temporal UI and command line print; the details keep it as it was said.
    message: shown(info.hint ? `${info.message}; ${info.hint}` : info.message),
    type: info.type,
    nonRetryable: over,
    details: [info],
  });
  // A stack names files of the worker and may quote arguments; DEBUG logs have it.
  failure.stack = shown(`${info.type}: ${info.message}`);
  return failure;
}

function scrubbed(info: FailureInfo, scrub: (text: string) => string): FailureInfo {
  return { ...info, message: scrub(info.message), hint: info.hint && scrub(info.hint) };
}
