import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { retriesUntilClosed } from '../../../src/cli/temporal/retries';

type Interceptors = ReturnType<typeof retriesUntilClosed>['interceptors'];
type Call = ReturnType<Interceptors[number]>;

const UNAVAILABLE = { code: 14, details: 'the server went away' };

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A channel whose server went away: each call fails, and none can be made once it is closed. */
class Channel {
  calls = 0;
  closed = false;

  call(): Call {
    if (this.closed) throw new Error('Channel has been shut down');
    this.calls += 1;
    return {
      start: (_metadata: unknown, listener: { onReceiveStatus: (status: object) => void }) =>
        listener.onReceiveStatus(UNAVAILABLE),
      sendMessage: () => undefined,
      halfClose: () => undefined,
      sendMessageWithContext: () => undefined,
    } as unknown as Call;
  }

  /** A call that nobody waits for. */
  begin([first, ...others]: Interceptors): void {
    const next = others.reduceRight<(options: object) => Call>(
      (inner, interceptor) => (options) => interceptor(options as never, inner),
      () => this.call(),
    );
    const call = first?.({} as never, next);
    call?.start({} as never, { onReceiveStatus: () => undefined });
    call?.sendMessage({});
    call?.halfClose();
  }
}

test('a call is tried again while the connection is open', () => {
  const channel = new Channel();
  channel.begin(retriesUntilClosed().interceptors);
  jest.advanceTimersByTime(5_000);
  expect(channel.calls).toBeGreaterThan(2);
});

test('of a closed connection none is, where the SDK alone throws out of a timer', () => {
  const channel = new Channel();
  const { interceptors, close } = retriesUntilClosed();
  channel.begin(interceptors);
  close();
  channel.closed = true;
  jest.advanceTimersByTime(60_000);
  expect(channel.calls).toBe(1);

  const other = new Channel();
  other.begin([makeGrpcRetryInterceptor(defaultGrpcRetryOptions())]);
  other.closed = true;
  expect(() => jest.advanceTimersByTime(60_000)).toThrow('Channel has been shut down');
});
