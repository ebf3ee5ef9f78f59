import type { Client } from 'pg';
import { ident, literal } from '../../upstream';
import { TransientError, upstream } from '../errors';
import { formatLsn, type Lsn } from './lsn';

/** What arrives from a walsender: a pgoutput message or a keepalive with the end of what was sent. */
export type Frame = { kind: 'data'; payload: Buffer } | { kind: 'keepalive'; end: Lsn; replyRequested: boolean };

/** The parts of pg's connection that its types leave out. */
interface WalConnection {
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
  stream: { pause(): void; resume(): void };
}

/** Bytes taken in and not yet consumed at which reading from upstream pauses. */
const HIGH_WATER = 4 * 1024 * 1024;
const COMPACT_AT = 10_000;
const PG_EPOCH_MS = 946_684_800_000;

/**
 * One START_REPLICATION, read as a queue in the order of arrival. Others may put items of their own (`T`) into the same
 * queue, so that a single consumer sees everything in one order.
 */
export class ReplicationStream<T> {
  private queue: (Frame | T)[] = [];
  /** Items of the queue that are consumed already: removing them one by one would move all the others. */
  private head = 0;
  private queuedBytes = 0;
  private paused = false;
  private failure: Error | null = null;
  private wake: (() => void) | null = null;
  private readonly connection: WalConnection;

  constructor(private readonly client: Client) {
    this.connection = (client as unknown as { connection: WalConnection }).connection;
  }

  /** Begins to stream; a failure comes out of `next`. */
  start(slot: string, publication: string, from: Lsn): void {
    this.connection.on('copyData', ({ chunk }) => this.arrived(chunk));
    const options = `proto_version '1', publication_names ${literal(ident(publication))}`;
    const command = `START_REPLICATION SLOT ${ident(slot)} LOGICAL ${formatLsn(from)} (${options})`;
    upstream(this.client.query(command)).then(
      () => this.fail(new TransientError('stream ended prematurely')),
      (error: Error) => this.fail(error),
    );
  }

  private arrived(chunk: Buffer): void {
    if (chunk[0] === 0x77) {
      // pg reuses the buffer it parses from.
      this.push({ kind: 'data', payload: Buffer.from(chunk.subarray(25)) });
      this.queuedBytes += chunk.length;
    } else if (chunk[0] === 0x6b) {
      this.push({ kind: 'keepalive', end: chunk.readBigUInt64BE(1), replyRequested: chunk[17] === 1 });
    }
    if (this.queuedBytes > HIGH_WATER && !this.paused) {
      this.paused = true;
      this.connection.stream.pause();
    }
  }

  push(item: Frame | T): void {
    this.queue.push(item);
    this.wake?.();
  }

  fail(error: Error): void {
    this.failure ??= error;
    this.wake?.();
  }

  get idle(): boolean {
    return this.head === this.queue.length;
  }

  /** The next item; waits for one. Throws what ended the stream, at once. */
  async next(): Promise<Frame | T> {
    for (;;) {
      if (this.failure !== null) throw this.failure;
      if (!this.idle) return this.shift();
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = null;
    }
  }

  private shift(): Frame | T {
    const item = this.queue[this.head]!;
    this.head += 1;
    if (this.idle || this.head > COMPACT_AT) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    this.consumed(item);
    return item;
  }

  private consumed(item: Frame | T): void {
    if (typeof item === 'object' && item !== null && 'payload' in item) this.queuedBytes -= item.payload.length + 25;
    if (this.paused && this.queuedBytes < HIGH_WATER / 2) {
      this.paused = false;
      this.connection.stream.resume();
    }
  }

  /** Standby status update: everything up to `lsn` is stored for good. */
  acknowledge(lsn: Lsn, replyRequested = false): void {
    if (this.failure !== null) return;
    const message = Buffer.alloc(34);
    message.write('r', 0);
    for (const offset of [1, 9, 17]) message.writeBigUInt64BE(lsn, offset);
    message.writeBigInt64BE(BigInt(Date.now() - PG_EPOCH_MS) * 1000n, 25);
    message.writeUInt8(replyRequested ? 1 : 0, 33);
    this.connection.sendCopyFromChunk(message);
  }
}
