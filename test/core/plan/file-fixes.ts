import { parse, stringify } from 'yaml';
import { selector } from '../../../src/core/objects/tables/selector';
import type { SourceFacts, TargetFacts } from '../../../src/core/plan/facts';
import { findings } from '../../../src/core/plan/findings';
import {
  parseTable,
  writeColumn,
  writeConstraint,
  writeIdentifier,
  writeTable,
} from '../../../src/core/spec/identifiers';
import { parsePipeline } from '../../../src/core/spec/parse';
import type { PipelineSpec, RoleSpec, TableRef } from '../../../src/core/spec/types';
import * as f from './fixtures';

/** What a person does with a fix that names a field of the file: puts it there as it is printed, or takes out what it says. */

type File = { source: Record<string, unknown> } & Record<string, unknown>;

const KEY = '(?:source|materialize|snapshot|watch|verify)(?:\\.[a-zA-Z]+)+';
const SET = new RegExp(`(${KEY}): (.+?)(?= -- |, or[: ]|; or[: ]|$)`, 'gm');
const TAKE = new RegExp(`take (.+?) out of (${KEY})(?= -- |, or[: ]|$)`, 'gm');

const UNSET = new RegExp(`take (${KEY}) out of the file`, 'gm');

const NAMES_A_FIELD = new RegExp(`\\b${KEY}|\\b(?:role|tls|snapshotSize|steadySize): `);

const namesAField = (fix: string): boolean => NAMES_A_FIELD.test(fix);

/** Each way a fix offers, as a change of the file. */
function waysOf(fix: string): ((file: File) => void)[] {
  return [
    ...[...fix.matchAll(SET)].map(
      ([, key = '', value = '']) =>
        (file: File) =>
          set(file, key, parse(`{ value: ${value} }`)),
    ),
    ...[...fix.matchAll(UNSET)].map(
      ([, key = '']) =>
        (file: File) =>
          delete file.source[key.replace('source.', '')],
    ),
    ...[...fix.matchAll(TAKE)].map(
      ([, item = '', key = '']) =>
        (file: File) =>
          takeOut(file, key, item),
    ),
  ];
}

/** The spec that the file of this spec becomes. */
function refiled(spec: PipelineSpec, change: (file: File) => void = () => undefined): PipelineSpec {
  const file = fileOf(spec);
  change(file);
  const text = stringify(file, { lineWidth: 0 });
  const parsed = parsePipeline(text);
  if (!parsed.ok) throw new Error(`${JSON.stringify(parsed.problems)}\n${text}`);
  return { ...parsed.spec, snapshot: spec.snapshot, watch: spec.watch };
}

function set(file: File, key: string, parsed: unknown): void {
  const { value } = parsed as { value: unknown };
  const path = key.split('.');
  const last = path.pop() ?? '';
  const parent = path.reduce<Record<string, unknown>>(
    (node, step) => (node[step] ??= {}) as Record<string, unknown>,
    file,
  );
  const before = parent[last];
  parent[last] = Array.isArray(value) ? joined((before ?? []) as string[], value as string[], key) : value;
}

/** A table that is renamed takes the place of its entry. */
function joined(before: string[], added: string[], key: string): string[] {
  const tables = key === 'source.tables' || key === 'source.aliases';
  const replaced = before.filter((entry) => !tables || !added.some((one) => named(one) === named(entry)));
  return [...replaced, ...added];
}

const named = (entry: string): string => {
  const table = parseTable(entry);
  if (!table.ok) throw new Error(`${entry}: ${table.message}`);
  return writeTable(table.value);
};

function takeOut(file: File, key: string, item: string): void {
  const list = file.source[key.replace('source.', '')] as string[];
  const left = list.filter((entry) => entry !== item && !(key === 'source.tables' && named(entry) === item));
  if (left.length === list.length) throw new Error(`${item} is not in ${key}: ${list.join(', ')}`);
  file.source[key.replace('source.', '')] = left;
}

const entry = (table: TableRef): string =>
  `${writeTable(table)}${table.alias === null ? '' : ` as ${writeIdentifier(table.alias)}`}`;

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

function fileOf({ name, source, materialize }: PipelineSpec): File {
  const { tables, tls } = source;
  const selection = {
    ...(tables.kind === 'list' && { tables: tables.tables.map(entry) }),
    ...(tables.kind === 'schemas' && { schemas: [...tables.schemas.map(writeIdentifier), ...(tables.globs ?? [])] }),
    ...(tables.kind === 'all' && { all: true }),
    ...(tables.kind !== 'list' && { aliases: tables.aliases.map(entry), exclude: tables.exclude ?? [] }),
    ...(tables.kind !== 'list' && tables.targetName !== undefined && { targetName: tables.targetName }),
  };
  const ca = tls.ca ?? (source.kind === 'postgres' && tls.mode.startsWith('verify') ? PEM : null);
  return {
    name,
    source: {
      ...(source.kind === 'neon'
        ? {
            kind: 'neon',
            project: source.project,
            apiKey: source.apiKey,
            ...(source.branch && { branch: source.branch }),
          }
        : {
            ...{ kind: 'postgres', url: source.url },
            ...(source.primary && { primary: source.primary }),
            ...(source.reachableAt && { reachableAt: source.reachableAt }),
          }),
      database: source.database,
      role: roleOf(source.role),
      ...selection,
      textColumns: source.textColumns.map(writeColumn),
      excludeColumns: source.excludeColumns.map(writeColumn),
      excludeConstraints: (source.excludeConstraints ?? []).map(writeConstraint),
      tls: { mode: tls.mode, ...(ca !== null && { ca }) },
      publication: source.publication,
    },
    materialize: structuredClone(materialize),
  };
}

const roleOf = (role: RoleSpec): object =>
  role.via === 'given'
    ? { name: role.name, via: 'given', password: role.password }
    : { name: role.name, via: role.via };

/** What only a person knows: the right name, what is wanted at all, whose certificate it is. */
const ASKS = [
  ...['no-tables', 'missing-table', 'tls-unverified', 'role-is-login', 'limit-reached', 'partitions-apart'],
  ...['primary-elsewhere', 'read-only-login'],
];

/** Upstream as it is read with another file: what is not selected any more is not read. */
function readWith(spec: PipelineSpec, source: SourceFacts): SourceFacts {
  const { tables } = spec.source;
  const { takes } = selector(tables);
  const exclude = tables.kind === 'list' ? [] : (tables.exclude ?? []);
  const { selection } = source;
  const { replica, ...alone } = source;
  const named = 'primary' in spec.source;
  return {
    ...(named ? source : alone),
    // Named from now on, it is the one that is asked.
    ...(named && replica === undefined && { standby: false, replica: f.replica() }),
    tables: source.tables.filter(takes),
    missingTables: source.missingTables.filter(takes),
    ...(selection && {
      selection: {
        ...selection,
        unmatched: selection.unmatched.filter(({ key, pattern }) => key !== 'exclude' || exclude.includes(pattern)),
      },
    }),
  };
}

/** Everything a plan prints for the file is done, one way after the other, and each has to end its finding. */
export function tried(spec: PipelineSpec, source: SourceFacts, target: TargetFacts): number {
  let ways = 0;
  for (const { code, subject, fix } of findings(spec, source, target)) {
    if (fix === null || !namesAField(fix)) continue;
    const changes = waysOf(fix);
    if (changes.length === 0 && ASKS.includes(code)) continue;
    expect({ code, fix, ways: changes.length > 0 }).toEqual({ code, fix, ways: true });
    for (const change of changes) {
      const changed = refiled(spec, change);
      const left = findings(changed, readWith(changed, source), target);
      expect({ fix, left: left.filter((one) => one.code === code && one.subject === subject) }).toEqual({
        fix,
        left: [],
      });
      ways += 1;
    }
  }
  return ways;
}
