import { canonicalNumber } from './number';

/**
 * JSON in one text: keys by code units, each once (the last wins, as in jsonb), numbers written out, strings as
 * JSON.stringify writes them. Read by hand, as JSON.parse would round numbers. What is no JSON stays as it is.
 */
export function canonicalJson(text: string): string {
  const reader = new Reader(text);
  try {
    const value = reader.value();
    return reader.atEnd ? value : text;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

const BLANK = new Set([' ', '\t', '\n', '\r']);
const IN_NUMBERS = /[-+0-9.eE]/;

/** One container that is open: its parts as they will be written, and the key that waits for its value. */
type Open = { array: string[] } | { object: Map<string, string>; key: string };

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    this.blanks();
    return this.at === this.text.length;
  }

  /** Without recursion: how deep a value is nested is up to whoever wrote it. */
  value(): string {
    const open: Open[] = [];
    for (;;) {
      let done = this.begin(open);
      while (done !== null) {
        const inner = open.at(-1);
        if (inner === undefined) return done;
        if ('array' in inner) inner.array.push(done);
        else inner.object.set(inner.key, done);
        done = this.goOn(open, inner);
      }
    }
  }

  /** A scalar or an empty container whole; null where a container was opened and its first value comes next. */
  private begin(open: Open[]): string | null {
    const c = this.peek();
    if (c === '[') {
      this.at += 1;
      if (this.accept(']')) return '[]';
      open.push({ array: [] });
      return null;
    }
    if (c === '{') {
      this.at += 1;
      if (this.accept('}')) return '{}';
      open.push({ object: new Map(), key: this.key() });
      return null;
    }
    return c === '"' ? this.string() : this.word();
  }

  /** After a value: null where the container goes on, else the container whole. */
  private goOn(open: Open[], inner: Open): string | null {
    if (this.accept(',')) {
      if ('object' in inner) inner.key = this.key();
      return null;
    }
    open.pop();
    if ('array' in inner) {
      this.expect(']');
      return `[${inner.array.join(',')}]`;
    }
    this.expect('}');
    const sorted = [...inner.object].sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, value]) => `${key}:${value}`).join(',')}}`;
  }

  private key(): string {
    if (this.peek() !== '"') throw new SyntaxError('a key');
    const key = this.string();
    this.expect(':');
    return key;
  }

  private string(): string {
    const start = this.at;
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    this.at += 1;
    return JSON.stringify(JSON.parse(this.text.slice(start, this.at)));
  }

  private word(): string {
    for (const word of ['true', 'false', 'null']) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return word;
    }
    const start = this.at;
    while (IN_NUMBERS.test(this.text[this.at] ?? '')) this.at += 1;
    if (start === this.at) throw new SyntaxError('a value');
    return canonicalNumber(this.text.slice(start, this.at));
  }

  private blanks(): void {
    while (BLANK.has(this.text[this.at] ?? '')) this.at += 1;
  }

  private peek(): string {
    this.blanks();
    return this.text[this.at] ?? '';
  }

  private accept(c: string): boolean {
    if (this.peek() !== c) return false;
    this.at += 1;
    return true;
  }

  private expect(c: string): void {
    if (!this.accept(c)) throw new SyntaxError(c);
  }
}
