import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Row = (string | null)[];

export interface Answer {
  tag: string;
  row_count: number | null;
  fields: { name: string; type_oid: number }[];
  rows: Row[];
}

export interface Fields {
  severity: string;
  code: string;
  message: string;
  detail?: string;
  hint?: string;
  position?: string;
}

export interface Change {
  at_ms: number;
  rows: Row[];
}

export interface StatementStep {
  kind: 'statement';
  on: string;
  sql: string;
  answers?: Answer[];
  error?: Fields;
  notices?: Fields[];
}

export interface WatchStep {
  kind: 'watch';
  /** By name; a wait is a watch of one query. */
  queries: Record<string, { on: string; sql: string }>;
  series: Record<string, Change[]>;
}

export interface NoteStep {
  kind: 'note';
  note: string;
  rows?: Row[];
}

export type Step = StatementStep | WatchStep | NoteStep;

interface RawStep {
  on?: string;
  note?: string;
  rows?: Row[];
  sql?: string | Record<string, string | { on: string; sql: string }>;
  answers?: Answer[];
  error?: Fields;
  notices?: Fields[];
  series?: Change[] | Record<string, Change[]>;
}

function toStep(raw: RawStep): Step {
  if (Array.isArray(raw.series)) {
    return {
      kind: 'watch',
      queries: { wait: { on: raw.on ?? 'materialize', sql: raw.sql as string } },
      series: { wait: raw.series },
    };
  }
  if (raw.series !== undefined) {
    const named = raw.sql as Record<string, string | { on: string; sql: string }>;
    const queries = Object.entries(named).map(([name, query]): [string, { on: string; sql: string }] => [
      name,
      // The first recordings kept the bare text: there, only the slots were asked of Postgres.
      typeof query === 'string' ? { on: name === 'slots' ? 'postgres' : 'materialize', sql: query } : query,
    ]);
    const asked = Object.entries(raw.series).filter(([name]) => name in named);
    return { kind: 'watch', queries: Object.fromEntries(queries), series: Object.fromEntries(asked) };
  }
  if (raw.answers === undefined && raw.error === undefined) {
    return { kind: 'note', note: raw.note ?? '', rows: raw.rows };
  }
  return {
    kind: 'statement',
    on: raw.on ?? '',
    sql: raw.sql as string,
    answers: raw.answers,
    error: raw.error,
    notices: raw.notices,
  };
}

/** The steps of one file, `03-cluster`. */
export function readRecording(scenario: string): Step[] {
  const file = join(__dirname, '../../../transcripts', `${scenario}.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { steps: RawStep[] }).steps.map(toStep);
}
