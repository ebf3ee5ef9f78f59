import type { Form, Kind } from './forms';
import { canonicalJson } from './json';
import { canonicalNumber, withoutLast } from './number';

/**
 * One text for one value, whichever system printed it. Two values are the same where their texts are: what a system adds
 * of its own (zeros, blanks, the order of keys, words for months) is taken off, and nothing else.
 */
export function canonical(form: Form, text: string | null): string | null {
  if (text === null) return null;
  if (form.array) return canonicalArray(form, text);
  return form.of === 'range' ? canonicalRange(form.kind, text) : SCALAR[form.kind](text);
}

const same = (text: string): string => text;

const SCALAR: Record<Kind, (text: string) => string> = {
  bool: (text) => (text.startsWith('t') ? 't' : 'f'),
  plain: same,
  text: same,
  output: same,
  char: (text) => withoutLast(text, ' '),
  bytea: (text) => (text.startsWith('\\x') ? text.slice(2) : text),
  numeric: canonicalNumber,
  float4: (text) => canonicalFloat(Math.fround(floatOf(text))),
  float8: (text) => canonicalFloat(floatOf(text)),
  interval: canonicalInterval,
  json: (text) => canonicalJson(text),
  vector: (text) =>
    text
      .split(/[ ,{}]/)
      .filter((part) => part !== '')
      .join(' '),
};

const floatOf = (text: string): number => Number(text === 'Infinity' || text === '-Infinity' ? text : text.trim());

/** The systems choose among several texts that mean the same number; 0 and -0 are the same. */
const canonicalFloat = (value: number): string => (value === 0 ? '0' : String(value));

const UNITS: Record<string, 'months' | 'days'> = { year: 'months', mon: 'months', month: 'months', day: 'days' };

/** Months, days and microseconds: what both keep of it. `1 year 2 mons -3 days +04:05:06.7` and its like. */
function canonicalInterval(text: string): string {
  const sums = { months: 0, days: 0, micros: 0n };
  const words = text.split(' ').filter((word) => word !== '');
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.includes(':')) {
      sums.micros += microsOf(word);
      continue;
    }
    const unit = (words[at + 1] ?? '').replace(/s$/, '');
    const count = Number(word);
    const into = UNITS[unit];
    if (into === undefined || !Number.isInteger(count)) return text;
    sums[into] += unit === 'year' ? 12 * count : count;
    at += 1;
  }
  return `${sums.months} months ${sums.days} days ${sums.micros} us`;
}

function microsOf(clock: string): bigint {
  const [hours = '0', minutes = '0', seconds = '0'] = clock.replace(/^[-+]/, '').split(':');
  const [whole = '0', fraction = ''] = seconds.split('.');
  const total = (BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(whole);
  const micros = total * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
  return clock.startsWith('-') ? -micros : micros;
}

const NOTHING = 'empty';

/** Bounds with canonical values. */
function canonicalRange(kind: Kind, text: string): string {
  if (text === NOTHING) return text;
  const bounds = split(text.slice(1, -1)).map(({ value, quoted }) =>
    value === '' && !quoted ? '' : JSON.stringify(SCALAR[kind](value)),
  );
  return `${text.slice(0, 1)}${bounds.join(',')}${text.slice(-1)}`;
}

/** `{1,{2,NULL}}` with canonical elements, each quoted, so that no element can be taken for two. */
function canonicalArray(form: Form, text: string): string {
  const element = { ...form, array: false };
  // Only arrays whose first index is not 1 begin with their bounds.
  const start = text.indexOf('{');
  const bounds = start > 0 ? text.slice(0, start) : '';
  const inner = text.slice(start + 1, -1);
  const elements = split(inner).map(({ value, quoted }) => {
    if (!quoted && value.startsWith('{')) return canonicalArray(form, value);
    if (!quoted && value.toUpperCase() === 'NULL') return 'NULL';
    return JSON.stringify(canonical(element, value));
  });
  return `${bounds}{${inner === '' ? '' : elements.join(',')}}`;
}

interface Piece {
  value: string;
  quoted: boolean;
}

/** At commas that are neither quoted nor inside of braces; quotes and backslashes are taken off except inside of braces. */
function split(text: string): Piece[] {
  const pieces: Piece[] = [];
  let piece: Piece = { value: '', quoted: false };
  let depth = 0;
  let inQuotes = false;
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at] ?? '';
    const keep = depth > 0;
    if (c === '\\') {
      at += 1;
      piece.value += (keep ? c : '') + (text[at] ?? '');
    } else if (c === '"') {
      // Ranges double a quote inside of quotes, arrays put a backslash before it.
      const doubled = inQuotes && text[at + 1] === '"' && !keep;
      if (doubled) at += 1;
      else inQuotes = !inQuotes;
      if (keep || doubled) piece.value += c;
      if (!keep) piece.quoted = true;
    } else if (!inQuotes && c === ',' && depth === 0) {
      pieces.push(piece);
      piece = { value: '', quoted: false };
    } else {
      if (!inQuotes && c === '{') depth += 1;
      if (!inQuotes && c === '}') depth -= 1;
      piece.value += c;
    }
  }
  return [...pieces, piece];
}
