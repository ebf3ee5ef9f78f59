import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../core/names';
import { aboutWorkflow } from '../../core/run/about';
import { spread } from './spread';

const pipelineAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.pipeline, 'KEYWORD');

/** What a schedule of a pipeline starts, and how often. Times in milliseconds. */
export interface Recurring {
  scheduleId: string;
  workflowType: 'checkReplication' | 'verifyReplication';
  workflowId: string;
  every: number;
  /** What was missed for longer than this is not caught up. */
  catchUp: number;
  /** Where a run does not end by its own deadlines. */
  runTimeout?: number;
  input: unknown;
  summary: string;
}

/** One run at a time, found by its pipeline; a failed one does not keep the next from coming. */
export function scheduleOf(pipeline: string, taskQueue: string, recurring: Recurring): ScheduleOptions {
  const { scheduleId, workflowType, workflowId, every, catchUp, runTimeout, input, summary } = recurring;
  const typedSearchAttributes = new TypedSearchAttributes([{ key: pipelineAttribute, value: pipeline }]);
  return {
    scheduleId,
    spec: { intervals: [{ every, offset: spread(pipeline, every) }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchUp, pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType,
      workflowId,
      taskQueue,
      args: [input],
      ...(runTimeout === undefined ? {} : { workflowRunTimeout: runTimeout }),
      typedSearchAttributes,
      staticSummary: summary,
      staticDetails: aboutWorkflow(workflowType, pipeline),
    },
    typedSearchAttributes,
  };
}
