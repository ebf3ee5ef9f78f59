import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery, defineUpdate } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../core/names';
import type { ApprovalInput, RejectionInput, RunView } from '../core/run/types';

/** What others see of our workflows and may send them. */

export const pipelineAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.pipeline, 'KEYWORD');
export const stateAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.state, 'KEYWORD');
export const verdictAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.verdict, 'KEYWORD');

/** Where a run stands; answered by every workflow that holds a pipeline's lock. */
export const viewQuery = defineQuery<RunView>('view');

/**
 * Accepts what a waiting run asks for; refused when it does not wait or the key is none of its keys. Without input:
 * everything. Shapes are read in core/run/answers.ts.
 */
export const approveUpdate = defineUpdate<void, [ApprovalInput | undefined]>('approve');

/** Ends a waiting run with the reason given, if any. */
export const rejectUpdate = defineUpdate<void, [RejectionInput | undefined]>('reject');
