import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stacks of failures become payloads, so that the codec reaches them. A failure's type stays in clear. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
