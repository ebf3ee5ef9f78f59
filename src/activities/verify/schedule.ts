import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES, verifyScheduleId } from '../../core/names';
import { aboutWorkflow } from '../../core/run/about';
import type { PipelineSpec } from '../../core/spec/types';
import { spread } from '../watch/spread';

/** Milliseconds. One that was missed for longer waits for the next. */
const CATCH_UP = 3_600_000;

const pipelineAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.pipeline, 'KEYWORD');

/** The schedule `pipeline/<name>/verify` as the file wants it; null where it wants none. */
export function verifyOptions(spec: PipelineSpec, taskQueue: string): ScheduleOptions | null {
  const { verify } = spec;
  if (!verify) return null;
  const attributes = new TypedSearchAttributes([{ key: pipelineAttribute, value: spec.name }]);
  const amount = verify.sample === 1 ? ('full' as const) : { sample: verify.sample };
  return {
    scheduleId: verifyScheduleId(spec.name),
    spec: { intervals: [{ every: verify.every, offset: spread(spec.name, verify.every) }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP, pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: 'verifyReplication',
      workflowId: verifyScheduleId(spec.name),
      taskQueue,
      args: [{ spec, tables: [], amount, cluster: null, showValues: false }],
      typedSearchAttributes: attributes,
      staticSummary: `does the copy of ${spec.name} equal its source?`,
      staticDetails: aboutWorkflow('verifyReplication', spec.name),
    },
    typedSearchAttributes: attributes,
  };
}
