/** One message of the Postgres wire protocol: its type letter and everything after the length. */
export interface Frame {
  type: string;
  body: Buffer;
}

/** Cuts a byte stream into typed messages; the remainder waits for the next chunk. */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const frames: Frame[] = [];
    let at = 0;
    while (this.rest.length - at >= 5) {
      const end = at + 1 + this.rest.readInt32BE(at + 1);
      if (this.rest.length < end) break;
      frames.push({ type: String.fromCharCode(this.rest[at] ?? 0), body: this.rest.subarray(at + 5, end) });
      at = end;
    }
    this.rest = this.rest.subarray(at);
    return frames;
  }
}

/** A message as bytes: type letter, length, body. */
export function frame(type: string, ...parts: Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(length, 1);
  return Buffer.concat([head, ...parts]);
}

export const cstring = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf8');

export function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

export function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

/** Reads the fields of a message body one after the other. */
export class BodyReader {
  private at = 0;

  constructor(private readonly body: Buffer) {}

  get done(): boolean {
    return this.at >= this.body.length;
  }

  cstring(): string {
    const end = this.body.indexOf(0, this.at);
    const text = this.body.toString('utf8', this.at, end < 0 ? this.body.length : end);
    this.at = end < 0 ? this.body.length : end + 1;
    return text;
  }

  int16(): number {
    this.at += 2;
    return this.body.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.body.readInt32BE(this.at - 4);
  }

  bytes(length: number): Buffer {
    this.at += length;
    return this.body.subarray(this.at - length, this.at);
  }

  /** What has not been read yet. */
  remainder(): Buffer {
    return this.body.subarray(this.at);
  }
}
