import { defineSearchAttributeKey } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../core/names';

export const pipelineAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.pipeline, 'KEYWORD');
export const stateAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.state, 'KEYWORD');
export const verdictAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.verdict, 'KEYWORD');
