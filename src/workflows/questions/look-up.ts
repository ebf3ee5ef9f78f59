import { proxyActivities } from '@temporalio/workflow';
import type { Answer, LookUpActivities, Question } from '../../core/lookup/types';

/** A person waits at a prompt: what fails is the answer, so nothing is tried again. */
const { lookUp: look } = proxyActivities<LookUpActivities>({
  startToCloseTimeout: '20s',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 1 },
});

/** Looks up what a question of `n2m init` can be answered with. Changes nothing. */
export async function lookUp(question: Question): Promise<Answer> {
  return look.executeWithOptions({ summary: `which ${question.what} are there?` }, [question]);
}
