import { isCancellation, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { type CheckStep, OF_THE_RUN } from '../core/run/check-step';
import { renderCheckDetails } from '../core/run/details';
import type { CheckInput } from '../core/run/types';
import type { PipelineSpec } from '../core/spec/types';
import type { CheckResult } from '../core/watch/types';
import { followColumns, isFollowing } from './follow';
import { verdictAttribute } from './messages';
import { check, lookForOwed } from './proxies';

/**
 * One reading of both sides, one verdict. The schedule hands the last completed result on, also across failed checks,
 * so what was told to whom survives; see `CheckResult.memory`.
 */
export async function checkReplication(input: CheckInput): Promise<CheckResult> {
  const { spec } = input;
  const checked = check.executeWithOptions({ summary: `read both sides of ${spec.name}, judge, tell` }, [
    OF_THE_RUN as unknown as CheckStep,
  ]);
  const result = input.owed ? await withOwed(spec, checked) : await checked;
  setCurrentDetails(renderCheckDetails(result));
  upsertSearchAttributes([{ key: verdictAttribute, value: result.verdict.name }]);
  return isFollowing(input, result) ? followColumns(spec, result) : result;
}

/** That nobody could tell what is owed spoils no verdict. */
async function withOwed(spec: PipelineSpec, checked: Promise<CheckResult>): Promise<CheckResult> {
  const looked = lookForOwed.executeWithOptions({ summary: 'see whether what runs dropped is back' }, [{ spec }]);
  const [result, owed] = await Promise.all([
    checked,
    looked.catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      return undefined;
    }),
  ]);
  return owed ? { ...result, owed } : result;
}
