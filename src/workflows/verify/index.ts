import { setCurrentDetails } from '@temporalio/workflow';
import type { PipelineSpec } from '../../core/spec/types';
import { renderVerifyDetails } from '../../core/verify/words';
import type { VerifyOptions, VerifyResult } from '../../core/verify/types';
import { verifyTables } from '../proxies';

/** Proves that the copy equals its source, or names what does not. Reads both sides, changes nothing. */
export async function verifyReplication(input: { spec: PipelineSpec } & VerifyOptions): Promise<VerifyResult> {
  const summary = `compare the tables of ${input.spec.name} on both sides`;
  const result = await verifyTables.executeWithOptions({ summary }, [input]);
  setCurrentDetails(renderVerifyDetails(result));
  return result;
}
