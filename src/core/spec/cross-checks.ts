import { MATERIALIZE_NAME_BYTES, isPipelineName, materializeNames, progressName } from '../names';
import { utf8Length } from '../text/bytes';
import { parseDuration } from '../text/duration';
import { THRESHOLDS } from './file-schema';
import { closest } from '../text/similar';
import { parsePercentage } from '../text/share';
import { parseSize } from '../text/size';
import { parseColumn, parseTable, writeIdentifier, writeTable } from './identifiers';
import { valueAt, type Complaint } from './messages';
import type { ColumnRef, TableRef } from './types';
import type { Path } from './yaml';

/**
 * What spans several keys. Works on the raw file and skips what is broken by itself, so that these problems are
 * reported in the same go as the simple ones.
 */
export function crossChecks(raw: unknown, kind: 'neon' | 'postgres'): Complaint[] {
  return [
    ...selection(raw),
    ...tableNames(raw),
    ...columns(raw),
    ...role(raw, kind),
    ...tls(raw, kind),
    ...thresholds(raw),
    ...alerts(raw),
  ];
}

interface Item<T> {
  path: Path;
  value: T;
}

function items<T>(raw: unknown, path: Path, parse: (text: string) => { ok: boolean; value?: T }): Item<T>[] {
  const list = valueAt(raw, path);
  if (!Array.isArray(list)) return [];
  return list.flatMap((text, index) => {
    const parsed = typeof text === 'string' ? parse(text) : { ok: false };
    return parsed.ok && parsed.value !== undefined ? [{ path: [...path, index], value: parsed.value }] : [];
  });
}

const has = (raw: unknown, path: Path): boolean => (valueAt(raw, path) ?? null) !== null;
const textAt = (raw: unknown, path: Path): string | null => {
  const value = valueAt(raw, path);
  return typeof value === 'string' ? value : null;
};

function selection(raw: unknown): Complaint[] {
  if (typeof valueAt(raw, ['source']) !== 'object' || !has(raw, ['source'])) return [];
  const given = ['tables', 'schemas', 'all'].filter((key) => has(raw, ['source', key]));
  if (given.length === 0) {
    return [
      {
        path: ['source'],
        message: 'says not which tables: write tables: [public.orders], schemas: [public] or all: true',
      },
    ];
  }
  const complaints: Complaint[] = given.slice(1).map((key) => ({
    path: ['source', key],
    message: `${given[0]} selects tables already; keep one of tables, schemas, all`,
  }));
  if (given[0] === 'tables' && has(raw, ['source', 'aliases'])) {
    complaints.push({
      path: ['source', 'aliases'],
      message: 'goes with schemas or all; with tables write schema.table as alias there',
    });
  }
  for (const { path, value } of items(raw, ['source', 'aliases'], parseTable)) {
    if (value.alias === null)
      complaints.push({ path, message: `names no alias: write ${writeTable(value)} as other_name` });
  }
  return complaints;
}

/** One namespace per schema in Materialize: tables, sources, connections and secrets share it. */
function tableNames(raw: unknown): Complaint[] {
  const complaints: Complaint[] = [];
  const owners = new Map<string, string>();
  const claim = (name: string, owner: string): string | null => {
    const taken = owners.get(name);
    if (taken === undefined) owners.set(name, owner);
    return taken ?? null;
  };
  const pipeline = textAt(raw, ['name']);
  const derived = pipeline !== null && isPipelineName(pipeline) ? materializeNames(pipeline) : null;
  for (const key of ['secret', 'connection', 'source'] as const) {
    const path = ['materialize', 'names', key];
    const name = textAt(raw, path) ?? derived?.[key];
    if (name === undefined) continue;
    const taken = claim(name, `the ${key}`);
    if (taken !== null)
      complaints.push({ path, message: `${taken} is called ${name}, too; names in a schema are unique` });
    if (key !== 'source') continue;
    const progress = progressName(name);
    if (utf8Length(progress) > MATERIALIZE_NAME_BYTES) {
      complaints.push({
        path,
        message: `is too long: Materialize adds _progress to it and takes ${MATERIALIZE_NAME_BYTES} bytes`,
      });
    } else if (claim(progress, "the source's progress") !== null) {
      complaints.push({
        path,
        message: `${progress} is what Materialize calls the source's progress; take another name`,
      });
    }
  }
  return [...complaints, ...targets(raw, claim)];
}

function targets(raw: unknown, claim: (name: string, owner: string) => string | null): Complaint[] {
  const complaints: Complaint[] = [];
  const seen = new Set<string>();
  for (const list of has(raw, ['source', 'tables']) ? ['tables'] : ['aliases']) {
    for (const { path, value } of items<TableRef>(raw, ['source', list], parseTable)) {
      const upstream = writeTable(value);
      if (seen.has(upstream)) {
        complaints.push({ path, message: `${upstream} is listed twice; keep one` });
        continue;
      }
      seen.add(upstream);
      const target = value.alias ?? value.name;
      const taken = claim(target, upstream);
      if (taken === null) continue;
      const other = writeIdentifier(`${value.schema}_${value.name}`);
      complaints.push({
        path,
        message: `${taken} is called ${target} in Materialize, too: write ${upstream} as ${other}`,
      });
    }
  }
  return complaints;
}

function columns(raw: unknown): Complaint[] {
  const complaints: Complaint[] = [];
  const tables = items<TableRef>(raw, ['source', 'tables'], parseTable).map(({ value }) => writeTable(value));
  const complete = Array.isArray(valueAt(raw, ['source', 'tables'])) && tables.length > 0;
  const seen = new Map<string, string>();
  for (const list of ['textColumns', 'excludeColumns']) {
    for (const { path, value } of items<ColumnRef>(raw, ['source', list], parseColumn)) {
      const table = writeTable({ schema: value.schema, name: value.table });
      if (complete && !tables.includes(table)) {
        const meant = closest(table, tables);
        complaints.push({
          path,
          message: `${table} is not among source.tables${meant === null ? '' : `; did you mean ${meant}?`}`,
        });
      }
      const column = `${table}.${writeIdentifier(value.column)}`;
      const taken = seen.get(column);
      if (taken === undefined) seen.set(column, list);
      else
        complaints.push({
          path,
          message: taken === list ? 'is listed twice; keep one' : `is in ${taken}, too; keep one`,
        });
    }
  }
  return complaints;
}

function role(raw: unknown, kind: 'neon' | 'postgres'): Complaint[] {
  const role = valueAt(raw, ['source', 'role']);
  if (typeof role !== 'object' || role === null) return [];
  const via = textAt(raw, ['source', 'role', 'via']);
  const password = has(raw, ['source', 'role', 'password']);
  if (via === 'given' && !password) {
    return [
      {
        path: ['source', 'role'],
        message: 'via: given needs password, a reference such as env:N2M_SECRET_ROLE_PASSWORD',
      },
    ];
  }
  if (password && (via === 'api' || via === 'sql')) {
    return [
      {
        path: ['source', 'role', 'password'],
        message: `goes with via: given only; with via: ${via} n2m makes the password itself`,
      },
    ];
  }
  if (via === 'api' && kind === 'postgres') {
    return [{ path: ['source', 'role', 'via'], message: 'api is for kind neon; allowed here: sql, given' }];
  }
  return [];
}

function tls(raw: unknown, kind: 'neon' | 'postgres'): Complaint[] {
  const mode = valueAt(raw, ['source', 'tls', 'mode']) ?? 'verify-full';
  const verifies = mode === 'verify-full' || mode === 'verify-ca';
  const ca = has(raw, ['source', 'tls', 'ca']);
  if (kind === 'postgres' && verifies && !ca && typeof valueAt(raw, ['source']) === 'object') {
    return [
      {
        path: ['source', 'tls'],
        message:
          "Materialize trusts no authority by itself: give the one that signed the server's certificate as tls.ca, or write tls: { mode: require } to go without verification",
      },
    ];
  }
  if (ca && (mode === 'require' || mode === 'disable')) {
    return [
      {
        path: ['source', 'tls', 'ca'],
        message: `is not used with mode ${mode}; write mode: verify-full, or leave ca out`,
      },
    ];
  }
  return [];
}

function thresholds(raw: unknown): Complaint[] {
  const complaints: Complaint[] = [];
  const every = parseDuration(textAt(raw, ['watch', 'every']) ?? '1m');
  if (every !== null && every % 1000 !== 0)
    complaints.push({ path: ['watch', 'every'], message: 'takes whole seconds' });
  const watch = valueAt(raw, ['watch']);
  if (typeof watch !== 'object' || watch === null) return complaints;
  for (const [key, [usualWarn, usualCritical]] of Object.entries(THRESHOLDS)) {
    const warn = number(textAt(raw, ['watch', key, 'warn']) ?? usualWarn);
    const critical = number(textAt(raw, ['watch', key, 'critical']) ?? usualCritical);
    if (warn !== null && critical !== null && warn > critical) {
      complaints.push({
        path: ['watch', key],
        message: `warn (${writeHalf(raw, key, 'warn', usualWarn)}) comes after critical (${writeHalf(raw, key, 'critical', usualCritical)}); warn must be the smaller one`,
      });
    }
  }
  return complaints;
}

/** As the file has it, or the default that applies. Both were read as amounts, so neither is a secret. */
function writeHalf(raw: unknown, key: string, level: string, usual: string): string {
  return textAt(raw, ['watch', key, level]) ?? `${usual} by default`;
}

function number(text: string): number | null {
  return parseDuration(text) ?? parsePercentage(text) ?? parseSize(text);
}

function alerts(raw: unknown): Complaint[] {
  const list = valueAt(raw, ['alerts']);
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, index): Complaint[] => {
    if (typeof entry !== 'object' || entry === null) return [];
    const path = ['alerts', index];
    const kinds = ['webhook', 'slack'].filter((key) => has(entry, [key]));
    if (kinds.length === 0)
      return [{ path, message: 'names no sink: write webhook: env:N2M_SECRET_ALERT_URL or slack: …' }];
    if (kinds.length > 1) return [{ path, message: 'has webhook and slack; write one entry for each' }];
    if (kinds[0] === 'slack' && has(entry, ['signingKey'])) {
      return [{ path: [...path, 'signingKey'], message: 'goes with webhook; Slack takes no signature' }];
    }
    return [];
  });
}
