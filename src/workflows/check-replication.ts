import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { renderCheckDetails } from '../core/run/details';
import type { CheckInput } from '../core/run/types';
import type { CheckResult } from '../core/watch/types';
import { verdictAttribute } from './messages';
import { check } from './proxies';

/**
 * One reading of both sides, one verdict. The schedule hands the last completed result on, also across failed checks,
 * so what was told to whom survives; see `CheckResult.memory`.
 */
export async function checkReplication(input: CheckInput): Promise<CheckResult> {
  const last = workflowInfo().lastResult as CheckResult | undefined;
  const result = await check.executeWithOptions({ summary: `read both sides of ${input.spec.name}, judge, tell` }, [
    {
      spec: input.spec,
      memory: last?.memory ?? input.memory ?? null,
      quiet: input.quiet ?? false,
      tables: input.tables,
    },
  ]);
  setCurrentDetails(renderCheckDetails(result));
  upsertSearchAttributes([{ key: verdictAttribute, value: result.verdict.name }]);
  return result;
}
