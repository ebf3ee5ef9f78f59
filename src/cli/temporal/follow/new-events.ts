import { setTimeout as delay } from 'node:timers/promises';
import type { Temporal } from '../client';

/** What cannot be asked is asked again; that Temporal does not answer at all, others notice. */
const AFTER_FAILURE = 2_000;

/**
 * Says when a run's history grows. The server holds the question open until there is something to say (long polling),
 * which Temporal Cloud does not bill, where each Query is an Action.
 */
export class NewEvents {
  /** Resolves with the run's last event. */
  readonly ended: Promise<void>;
  private seen = 0;
  private tell: () => void = () => undefined;

  constructor(
    private readonly temporal: Temporal,
    private readonly execution: { workflowId: string; runId: string },
    private readonly signal: AbortSignal,
  ) {
    this.ended = new Promise((resolve) => void this.listen(resolve));
  }

  /** Resolves once there are more than so many events; never where there will be none. */
  async past(length: number): Promise<void> {
    while (this.seen <= length) await new Promise<void>((resolve) => (this.tell = resolve));
  }

  private async listen(end: () => void): Promise<void> {
    let token: Uint8Array | undefined;
    for (;;) {
      try {
        const { history, nextPageToken } = await this.page(token);
        this.seen = Number(history?.events?.at(-1)?.eventId ?? this.seen);
        this.tell();
        if (!nextPageToken?.length) return end();
        token = nextPageToken;
      } catch {
        await delay(AFTER_FAILURE, undefined, { signal: this.signal }).catch(() => undefined);
        if (this.signal.aborted) return;
      }
    }
  }

  private page(nextPageToken: Uint8Array | undefined) {
    const { connection, namespace } = this.temporal;
    return connection.withAbortSignal(this.signal, () =>
      connection.workflowService.getWorkflowExecutionHistory({
        namespace,
        execution: this.execution,
        nextPageToken,
        waitNewEvent: true,
      }),
    );
  }
}
