import type { Socket } from 'node:net';
import { FrameReader, type Frame } from './frames';

/** Beyond this much unsent output a query waits for its client. */
const HIGH_WATER = 1_000_000;

/** The client's end of a session: messages in, bytes out, with back pressure both ways. */
export class Channel {
  private readonly reader = new FrameReader();
  private readonly frames: Frame[] = [];
  private wake: (() => void) | undefined;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private muted = false;
  private whenClosed: () => void = () => undefined;
  closed = false;

  constructor(
    private readonly socket: Socket,
    early: Buffer,
  ) {
    const close = () => {
      if (this.closed) return;
      this.closed = true;
      this.wake?.();
      this.whenClosed();
    };
    socket.on('data', (chunk: Buffer) => {
      this.frames.push(...this.reader.push(chunk));
      if (this.frames.length > 1_000) socket.pause();
      this.wake?.();
    });
    socket.on('close', close).on('end', close).on('error', close);
    if (early.length > 0) this.frames.push(...this.reader.push(early));
    socket.resume();
  }

  /** The next message; undefined once the client has gone and everything it had sent was taken. */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      const found = this.frames.shift();
      if (found !== undefined) return found;
      if (this.closed) return undefined;
      if (this.socket.isPaused()) this.socket.resume();
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Told once the client has gone, even while one of its statements runs. */
  onClosed(listener: () => void): void {
    this.whenClosed = listener;
  }

  write(...messages: Buffer[]): void {
    if (this.muted || this.closed) return;
    for (const message of messages) {
      this.pending.push(message);
      this.pendingBytes += message.length;
    }
    if (this.pendingBytes > 16_384) this.flush();
  }

  flush(): void {
    if (this.pending.length === 0) return;
    const bytes = Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    if (!this.closed) this.socket.write(bytes);
  }

  /** Resolves when the client has taken enough of what was written. */
  async drained(): Promise<void> {
    if (this.socket.writableLength < HIGH_WATER || this.closed) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.socket.off('drain', done).off('close', done);
        resolve();
      };
      this.socket.on('drain', done).on('close', done);
    });
  }

  /** From now on nothing reaches the client any more. */
  mute(): void {
    this.muted = true;
  }

  /** Cuts the connection without a word. */
  destroy(): void {
    this.muted = true;
    this.pending = [];
    this.closed = true;
    this.socket.destroy();
    this.wake?.();
  }

  /** Sends what is left and closes. */
  end(): void {
    this.flush();
    this.socket.end();
    this.closed = true;
    this.wake?.();
  }
}
