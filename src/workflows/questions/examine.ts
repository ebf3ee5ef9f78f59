import { proxyActivities } from '@temporalio/workflow';
import type { Examination, ExamineActivities } from '../../core/examine/types';
import type { PipelineSpec } from '../../core/spec/types';

/** A person waits for `n2m doctor`: what fails is the answer, so nothing is tried again. */
const { examine: look } = proxyActivities<ExamineActivities>({
  startToCloseTimeout: '1m',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 1 },
});

/** Asks a worker what it is and whether it reaches what a file names. Changes nothing. */
export async function examine(input: { spec: PipelineSpec | null }): Promise<Examination> {
  const summary = input.spec ? `can the worker reach what ${input.spec.name} needs?` : 'which worker is this?';
  return look.executeWithOptions({ summary }, [input]);
}
