import { type ConnectionOptions, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;

const nothing = (): void => undefined;
/** Takes what it is told, and never answers. */
const DEAD = {
  ...{ start: nothing, sendMessage: nothing, sendMessageWithContext: nothing, startRead: nothing, halfClose: nothing },
  ...{ cancelWithStatus: nothing, setCredentials: nothing, getPeer: () => '', getAuthContext: () => null },
} as unknown as Call;

/**
 * The SDK's own retries, but none once the connection is closed: a timer tries a call again that nobody waits for any more, such
 * as the loser of a race, and on a closed channel that throws past everybody, after the command has done its work.
 */
export function retriesUntilClosed(): { interceptors: Interceptor[]; close: () => void } {
  let closed = false;
  const unlessClosed: Interceptor = (options, nextCall) => (closed ? DEAD : (nextCall(options) as Call));
  return {
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), unlessClosed],
    close: () => void (closed = true),
  };
}
