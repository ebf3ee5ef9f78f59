import { connect, type Socket } from 'node:net';
import { Client } from 'pg';
import { cstring, frame, FrameReader, int32, type Frame } from './frames';
import { readErrorFields } from './messages';

/** The part of pg's client that is taken over once it has logged in. */
interface LoggedIn {
  processID: number;
  secretKey: number;
  connection: { stream: Socket };
}

/** Raised when the backing store ends the connection. */
export class StoreClosed extends Error {
  constructor(readonly fields: Record<string, string> = {}) {
    super(fields.M ?? 'the backing store closed the connection');
    this.name = 'StoreClosed';
  }
}

/** One session of the backing store, spoken to in raw messages so that answers can be relayed as they are. */
export class StoreSession {
  private readonly reader = new FrameReader();
  private readonly frames: Frame[] = [];
  private waiting: (() => void) | undefined;
  private closed: StoreClosed | undefined;

  private constructor(
    private readonly stream: Socket,
    private readonly address: { port: number; pid: number; key: number },
  ) {
    stream.on('data', (chunk: Buffer) => {
      this.frames.push(...this.reader.push(chunk));
      // A slow client must not make the whole result pile up here.
      if (this.frames.length > 2_000) stream.pause();
      this.wake();
    });
    const close = () => {
      this.closed ??= new StoreClosed();
      this.wake();
    };
    stream.on('close', close).on('error', close);
    stream.resume();
  }

  /** Logs in as the superuser, then becomes `role` for good: no client sees the stand-in's own tables. */
  static async open(url: string, role: string): Promise<StoreSession> {
    const client = new Client({ connectionString: url, application_name: 'materialize session' });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(`SET SESSION AUTHORIZATION ${client.escapeIdentifier(role)}`);
    const { connection, processID, secretKey } = client as unknown as LoggedIn;
    const stream = connection.stream;
    for (const event of ['data', 'end', 'close']) stream.removeAllListeners(event);
    const port = Number(new URL(url).port);
    return new StoreSession(stream, { port, pid: processID, key: secretKey });
  }

  /** Process id of the backend. */
  get pid(): number {
    return this.address.pid;
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.();
  }

  send(...messages: Buffer[]): void {
    if (this.closed !== undefined) throw this.closed;
    this.stream.write(Buffer.concat(messages));
  }

  /** The next message that belongs to an answer. Throws StoreClosed when there will be none. */
  async next(): Promise<Frame> {
    for (;;) {
      const found = this.frames.shift();
      if (found === undefined) {
        if (this.closed !== undefined) throw this.closed;
        if (this.stream.isPaused()) this.stream.resume();
        await new Promise<void>((resolve) => (this.waiting = resolve));
        continue;
      }
      // Parameter changes and notifications are about the store's session, not the client's.
      if (found.type === 'S' || found.type === 'A') continue;
      if (found.type === 'E' && readErrorFields(found.body).S === 'FATAL') {
        this.closed = new StoreClosed(readErrorFields(found.body));
        throw this.closed;
      }
      return found;
    }
  }

  /** Runs a statement of ours and answers the messages up to ReadyForQuery, which is left out. */
  async run(sql: string): Promise<Frame[]> {
    this.send(frame('Q', cstring(sql)));
    const answer: Frame[] = [];
    for (;;) {
      const message = await this.next();
      if (message.type === 'Z') return answer;
      answer.push(message);
    }
  }

  /** Runs a statement of ours that must not fail. */
  async must(sql: string): Promise<void> {
    const error = (await this.run(sql)).find((message) => message.type === 'E');
    if (error !== undefined) throw new Error(`the backing store refused ${sql}: ${readErrorFields(error.body).M}`);
  }

  /** Asks the store to cancel what this session runs. */
  cancel(): void {
    const { port, pid, key } = this.address;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end(Buffer.concat([int32(16), int32(80877102), int32(pid), int32(key)]));
    socket.resume();
  }

  close(): void {
    if (this.closed === undefined) this.stream.end(frame('X'));
    this.closed ??= new StoreClosed();
    this.stream.destroySoon();
    this.wake();
  }
}
