import type { ScheduleOptions } from '@temporalio/client';
import { verifyScheduleId } from '../../core/names';
import type { PipelineSpec } from '../../core/spec/types';
import { scheduleOf } from '../support/schedules';

/** Milliseconds. One that was missed for longer waits for the next. */
const CATCH_UP = 3_600_000;

/** The schedule `pipeline/<name>/verify` as the file wants it; null where it wants none. */
export function verifyOptions(spec: PipelineSpec, taskQueue: string): ScheduleOptions | null {
  const { verify } = spec;
  if (!verify) return null;
  const amount = verify.sample === 1 ? ('full' as const) : { sample: verify.sample };
  return scheduleOf(spec.name, taskQueue, {
    scheduleId: verifyScheduleId(spec.name),
    workflowType: 'verifyReplication',
    workflowId: verifyScheduleId(spec.name),
    every: verify.every,
    catchUp: CATCH_UP,
    input: { spec, tables: [], amount, cluster: null, showValues: false },
    summary: `does the copy of ${spec.name} equal its source?`,
  });
}
