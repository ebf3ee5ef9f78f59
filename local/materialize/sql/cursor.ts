import { MzError } from '../contract';
import type { Name, Option, OptionValue } from './ast';
import { describe, type Token } from './tokens';

/** Walks the tokens of one statement; every refusal is a 42601 with the text and position Materialize gives. */
export class Cursor {
  private at = 0;

  constructor(
    readonly sql: string,
    private readonly tokens: Token[],
  ) {}

  get token(): Token {
    return this.ahead(0);
  }

  ahead(count: number): Token {
    const last = this.tokens[this.tokens.length - 1];
    const token = this.tokens[this.at + count] ?? last;
    if (token === undefined) throw new Error('a statement has at least its end token');
    return token;
  }

  next(): Token {
    const token = this.token;
    this.at++;
    return token;
  }

  fail(message: string): never {
    throw new MzError('42601', message, { position: this.token.start + 1 });
  }

  expected(what: string): never {
    this.fail(`Expected ${what}, found ${describe(this.token)}`);
  }

  expectedOneOf(words: string[]): never {
    const unique = [...new Set(words)];
    this.expected(unique.length > 1 ? `one of ${unique.join(' or ')}` : (unique[0] ?? 'nothing'));
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.ahead(ahead);
    return token.kind === 'word' && token.text === word.toLowerCase();
  }

  /** Whether these words come next; nothing is taken. */
  sees(...words: string[]): boolean {
    return words.every((word, index) => this.isWord(word, index));
  }

  /** Takes the words when all of them come next. */
  accept(...words: string[]): boolean {
    if (!this.sees(...words)) return false;
    this.at += words.length;
    return true;
  }

  acceptOneOf(words: string[]): string | undefined {
    return words.find((word) => this.accept(word));
  }

  expect(...words: string[]): void {
    for (const word of words) if (!this.accept(word)) this.expected(word);
  }

  expectOneOf(words: string[]): string {
    return this.acceptOneOf(words) ?? this.expectedOneOf(words);
  }

  isPunctuation(text: string): boolean {
    return this.token.kind === 'punctuation' && this.token.text === text;
  }

  acceptPunctuation(text: string): boolean {
    if (!this.isPunctuation(text)) return false;
    this.at++;
    return true;
  }

  expectPunctuation(text: string, name: string): void {
    if (!this.acceptPunctuation(text)) this.expected(name);
  }

  end(): void {
    if (this.token.kind !== 'end') this.expected('end of statement');
  }

  identifier(): string {
    const { kind, text } = this.token;
    if (kind !== 'word' && kind !== 'quoted') this.expected('identifier');
    this.at++;
    if (Buffer.byteLength(text) > 255) {
      throw new MzError('42601', `identifier length exceeds maximum: limit 255, got ${Buffer.byteLength(text)}`);
    }
    return text;
  }

  name(): Name {
    const parts = [this.identifier()];
    while (this.acceptPunctuation('.')) parts.push(this.identifier());
    return parts;
  }

  string(): string {
    if (this.token.kind !== 'string') this.expected('literal string');
    return this.next().text;
  }

  commaSeparated<T>(item: () => T): T[] {
    const items = [item()];
    while (this.acceptPunctuation(',')) items.push(item());
    return items;
  }

  parenthesized<T>(item: () => T): T[] {
    this.expectPunctuation('(', 'left parenthesis');
    if (this.acceptPunctuation(')')) return [];
    const items = this.commaSeparated(item);
    this.expectPunctuation(')', 'right parenthesis');
    return items;
  }

  ifNotExists(): boolean {
    if (!this.accept('IF')) return false;
    this.expect('NOT', 'EXISTS');
    return true;
  }

  ifExists(): boolean {
    if (!this.accept('IF')) return false;
    this.expect('EXISTS');
    return true;
  }

  /** Everything left, as written. */
  restOfText(): string {
    const start = this.token.start;
    while (this.token.kind !== 'end') this.at++;
    return this.sql.slice(start, this.token.start).trim();
  }

  /** One option out of `names` (each upper case, its words joined by spaces), with `=` optional before the value. */
  option(
    names: readonly string[],
    value: (name: string) => OptionValue | undefined = () => this.optionValue(),
  ): Option {
    const candidates = names.filter((name) => this.sees(...name.split(' ')));
    const name = candidates.sort((a, b) => b.length - a.length)[0];
    if (name === undefined) {
      const begun = names.find((other) => this.isWord(other.split(' ')[0] ?? ''));
      if (begun === undefined) this.expectedOneOf(names.map((other) => other.split(' ')[0] ?? other));
      this.next();
      const first = begun.split(' ')[0];
      this.expectedOneOf(
        names.filter((other) => other.split(' ')[0] === first).map((other) => other.split(' ')[1] ?? other),
      );
    }
    this.accept(...name.split(' '));
    this.acceptPunctuation('=');
    return { name, value: value(name) };
  }

  /** `[WITH (option [= value], …)]` */
  withOptions(names: readonly string[], value?: (name: string) => OptionValue | undefined): Option[] {
    return this.accept('WITH') ? this.parenthesized(() => this.option(names, value)) : [];
  }

  optionValue(): OptionValue | undefined {
    const { kind, text } = this.token;
    if (kind === 'end' || this.isPunctuation(',') || this.isPunctuation(')')) return undefined;
    if (kind === 'string' || kind === 'number') {
      this.at++;
      return { type: kind, text };
    }
    for (const [open, close] of [
      ['(', ')'],
      ['[', ']'],
    ] as const) {
      if (!this.acceptPunctuation(open)) continue;
      const items: OptionValue[] = [];
      while (!this.isPunctuation(close)) {
        items.push(this.optionValue() ?? this.expected('option value'));
        if (!this.acceptPunctuation(',')) break;
      }
      if (!this.acceptPunctuation(close)) this.expected(close === ')' ? 'right parenthesis' : 'right square bracket');
      return { type: 'list', items };
    }
    if (this.accept('SECRET')) return { type: 'secret', name: this.name() };
    if (this.accept('TRUE')) return { type: 'boolean', value: true };
    if (this.accept('FALSE')) return { type: 'boolean', value: false };
    if (this.accept('NULL')) return { type: 'null' };
    if (kind === 'word' || kind === 'quoted') {
      const names = this.name();
      return names.length === 1 ? { type: 'word', text: names[0] ?? '' } : { type: 'names', names: [names] };
    }
    return this.expected('option value');
  }

  /** `(a.b, c)` or `[a.b, c]`: the value of TEXT COLUMNS and EXCLUDE COLUMNS. */
  nameList(): OptionValue {
    const close = this.acceptPunctuation('[') ? ']' : undefined;
    if (close === undefined) return { type: 'names', names: this.parenthesized(() => this.name()) };
    const names = this.isPunctuation(']') ? [] : this.commaSeparated(() => this.name());
    this.expectPunctuation(']', 'right square bracket');
    return { type: 'names', names };
  }
}
