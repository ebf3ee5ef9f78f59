import { Transform, type TransformCallback } from 'node:stream';

const LINE_END = 10;

/** Lets rows through at a given rate, measured over everything that shares it. */
export class RowRate {
  private nextFree = 0;

  constructor(private readonly rowsPerSecond: number) {}

  /** Rows to let through at once, a tenth of a second's worth, so that progress is smooth. */
  get portion(): number {
    return Math.max(1, Math.floor(this.rowsPerSecond / 10));
  }

  /** Milliseconds the caller has to wait after letting `rows` through. */
  take(rows: number): number {
    if (!Number.isFinite(this.rowsPerSecond)) return 0;
    const now = Date.now();
    this.nextFree = Math.max(this.nextFree, now) + (rows * 1000) / this.rowsPerSecond;
    return this.nextFree - now;
  }
}

/** Passes COPY text on, counts its rows and keeps them to the rate. */
export class CopyThrottle extends Transform {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly rate: RowRate,
    private readonly progress: (rows: number, bytes: number) => void,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rows = 0;
    let end = 0;
    while (rows < this.rate.portion && end < chunk.length) {
      const at = chunk.indexOf(LINE_END, end);
      if (at !== -1) rows += 1;
      end = at === -1 ? chunk.length : at + 1;
    }
    this.push(chunk.subarray(0, end));
    this.progress(rows, end);
    const next = (): void => (end === chunk.length ? done() : this._transform(chunk.subarray(end), 'binary', done));
    const wait = this.rate.take(rows);
    if (wait < 1) next();
    else this.timer = setTimeout(next, wait);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.timer !== null) clearTimeout(this.timer);
    done(error);
  }
}
