import { isDeepStrictEqual } from 'node:util';
import type { Answer, Change, Fields, Row, StatementStep } from './recording';

/** What a run must not be held to: names the server gave, places in the log, times, hosts. */
const masks: [pattern: RegExp, mask: string][] = [
  [/\bmaterialize_[0-9a-f]{4,32}\b/g, 'materialize_<slot>'],
  [/\bmzsnapshot_[0-9a-f-]{4,36}\b/g, 'mzsnapshot_<slot>'],
  [/DETAILS = '[0-9a-f]*'/g, "DETAILS = '<details>'"],
  [/\b[us]\d+\b/g, '<id>'],
  [/\bPORT = \d+/g, 'PORT = <port>'],
  [/\(OID \d+\)/g, '(OID <oid>)'],
  [/\boid \d+/g, 'oid <oid>'],
  [/LSN(s?) (>= )?\d+/g, 'LSN$1 $2<lsn>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00/g, '<time>'],
  [/^\d\d:\d\d:\d\d(\.\d+)?$/g, '<interval>'],
  [/^\d{12,13}$/g, '<milliseconds>'],
];

export const mask = (text: string): string =>
  masks.reduce((masked, [pattern, to]) => masked.replace(pattern, to), text);

const maskRow = (row: Row): Row => row.map((value) => (value === null ? null : mask(compactJson(value))));

/** jsonb has its keys in an order of its own on each side. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, sortKeys(inner)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The store writes a blank after each colon and comma of a JSON text, Materialize none. */
function compactJson(text: string): string {
  if (!/^[[{].*[\]}]$/s.test(text)) return text;
  try {
    return JSON.stringify(sortKeys(JSON.parse(text)));
  } catch {
    return text;
  }
}

const maskFields = (fields: Fields): Fields => ({
  severity: fields.severity,
  code: fields.code,
  message: mask(fields.message),
  detail: fields.detail === undefined ? undefined : mask(fields.detail),
  hint: fields.hint,
  position: fields.position,
});

/** What the server gave for one statement, in the shape of a recording. */
export type Given = Pick<StatementStep, 'answers' | 'error' | 'notices'>;

/** More rows than a recording keeps, or rows of the system's own objects: only their shape is compared. */
const ROWS_KEPT = 60;
/** Literals of the system's types and the whole of its comments: the values are its own. */
const shapeOnly = /^SELECT 1::uint8|FROM mz_internal\.mz_comments c JOIN/;
/** Ordered by a time that several rows share. */
const unordered = /ORDER BY h\.occurred_at/;
const byText = (a: Row, b: Row): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

export function comparable(sql: string, { answers, error, notices }: Given): unknown {
  const kept = (answer: Answer): boolean => !shapeOnly.test(sql) && answer.rows.length < ROWS_KEPT;
  const inOrder = (rows: Row[]): Row[] => (unordered.test(sql) ? rows.sort(byText) : rows);
  return {
    answers: answers?.map((answer) => ({
      tag: kept(answer) ? answer.tag : answer.tag.replace(/ \d+$/, ''),
      row_count: kept(answer) ? answer.row_count : undefined,
      fields: answer.fields,
      rows: kept(answer) ? inOrder(answer.rows.map(maskRow)) : undefined,
    })),
    error: error === undefined ? undefined : maskFields(error),
    notices: (notices ?? []).map(maskFields),
  };
}

const statusNames = new Set(['created', 'starting', 'running', 'stalled', 'paused', 'ceased', 'dropped']);
/** Passed through too fast to be seen by every poll, in the recordings too. */
const fleeting = new Set(['created', 'starting']);

/**
 * Per object the sequence of its statuses with their errors. States that are only passed through are left out, and of a
 * flapping object each change once.
 */
export function statusSequences(changes: Pick<Change, 'rows'>[]): Record<string, string[]> {
  const sequences: Record<string, string[]> = {};
  for (const { rows } of changes) {
    for (const row of rows.map(maskRow)) {
      const at = row.findIndex((value) => value !== null && statusNames.has(value));
      const status = row[at] ?? '';
      if (fleeting.has(status)) continue;
      const seen = (sequences[row[0] ?? ''] ??= []);
      const text = [status, ...row.slice(at + 1)].map((value) => value ?? '').join(' | ');
      if (seen.at(-1) !== text) seen.push(text);
    }
  }
  for (const [name, seen] of Object.entries(sequences)) sequences[name] = eachChangeOnce(withoutReplacement(seen));
  return sequences;
}

/** While a replica is replaced a source is paused for a moment, which one recording caught (07) and another did not (14). */
const withoutReplacement = (states: string[]): string[] =>
  states.filter((state, index) => {
    const between = states[index - 1] !== undefined && states[index - 1] === states[index + 1];
    const replaced = between && state.startsWith('paused') && state.includes('has been dropped');
    return !replaced && !(states[index - 1]?.startsWith('paused') && states[index - 2] === state);
  });

function eachChangeOnce(states: string[]): string[] {
  const changes = new Set<string>();
  const kept: string[] = [];
  for (const [index, state] of states.entries()) {
    const change = `${states[index - 1] ?? ''} > ${state}`;
    if (changes.has(change)) continue;
    changes.add(change);
    kept.push(state);
  }
  return kept;
}

/** Columns of the statistics query: bytes, latency and offsets are real numbers of another server. */
const STATISTICS_MASKED = [4, 7, 11, 12];
const large = (value: string): string => value.replaceAll(/\b\d{4,}\b/g, '<n>');

function settledRow(series: string, row: Row): Row {
  return maskRow(row).map((value, index) => {
    if (value === null) return null;
    if (series === 'statistics' && STATISTICS_MASKED.includes(index)) return value === '0' ? '0' : '<n>';
    return large(value);
  });
}

/** What one series of a watch is compared by: statuses by their sequence, history as a set, all else by where it ends. */
export function seriesView(series: string, changes: Pick<Change, 'rows'>[]): unknown {
  if (series === 'statuses') return statusSequences(changes);
  if (series === 'history') {
    const all = changes.flatMap(({ rows }) => rows.map((row) => JSON.stringify(maskRow(row))));
    return [...new Set(all)].sort();
  }
  return settled(series, changes.at(-1));
}

/** Rows in an order that does not hang on the names a server gave. */
const settled = (series: string, change: Pick<Change, 'rows'> | undefined): Row[] =>
  (change?.rows ?? []).map((row) => settledRow(series, row)).sort(byText);

/** Whether what was given is what was recorded; a recording that ended early is reached when its last rows were seen. */
export function followsSeries(
  series: string,
  given: Pick<Change, 'rows'>[],
  recorded: Pick<Change, 'rows'>[],
): boolean {
  if (series === 'statuses') return sameSequences(statusSequences(given), statusSequences(recorded));
  if (series === 'history') return sameEvents(given, recorded);
  const wanted = settled(series, recorded.at(-1));
  return given.some((change) => isDeepStrictEqual(settled(series, change), wanted));
}

/** A watch begins when an act was answered, which may be before or after its effect: the state before it may be missing. */
function sameSequences(given: Record<string, string[]>, recorded: Record<string, string[]>): boolean {
  const names = new Set([...Object.keys(given), ...Object.keys(recorded)]);
  const later = (states: string[]): string[] => (states.length > 1 ? states.slice(1) : states);
  return [...names].every((name) => {
    const [a, b] = [given[name] ?? [], recorded[name] ?? []];
    const [c, d] = [withoutFlapping(a), withoutFlapping(b)];
    return [
      [a, b],
      [a, later(b)],
      [later(a), b],
      [c, d],
      [c, later(d)],
      [later(c), d],
    ].some(([one, other]) => isDeepStrictEqual(one, other));
  });
}

/** Between two failures a source runs for a second in Materialize, and for less than a poll takes here. */
function withoutFlapping(states: string[]): string[] {
  const isRunning = (state: string | undefined): boolean => state?.startsWith('running') === true;
  const failures = states.filter((state) => state.startsWith('stalled')).length;
  const flaps = failures > 1;
  const kept = states.filter((state, index) => {
    if (!isRunning(state)) return true;
    return states[index + 1] === undefined ? !flaps : states[index + 1]?.startsWith('stalled') !== true;
  });
  return kept.filter((state, index) => state !== kept[index - 1]);
}

/** Everything the recording ended with has happened, and nothing that it does not know. */
function sameEvents(given: Pick<Change, 'rows'>[], recorded: Pick<Change, 'rows'>[]): boolean {
  const events = (changes: Pick<Change, 'rows'>[]): Set<string> => new Set(seriesView('history', changes) as string[]);
  const happened = events(given);
  const known = events(recorded);
  return (
    [...events(recorded.slice(-1))].every((event) => happened.has(event)) &&
    [...happened].every((event) => known.has(event))
  );
}
