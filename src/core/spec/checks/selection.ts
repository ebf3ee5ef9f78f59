import {
  BY_SCHEMA,
  isPipelineName,
  MATERIALIZE_NAME_BYTES,
  materializeNames,
  progressName,
  targetName,
} from '../../names';
import { isReserved } from '../../objects/beside/names';
import { utf8Length } from '../../text/bytes';
import { plural } from '../../text/count';
import { closest } from '../../text/similar';
import { yamlScalar } from '../../text/yaml-scalar';
import {
  parseColumn,
  parseConstraint,
  parseTable,
  writeAlias,
  writeColumn,
  writeConstraint,
  writeTable,
} from '../identifiers';
import { type Complaint, valueAt } from '../messages';
import { has, textAt } from './raw';
import type { ColumnRef, ConstraintRef, TableRef } from '../types';
import type { Path } from '../yaml';

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

const OPEN_ONLY = [
  { key: 'aliases', instead: 'write schema.table as alias there' },
  { key: 'exclude', instead: 'leave out of the list what stays out' },
];

export function selection(raw: unknown): Complaint[] {
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
  const loose = given[0] === 'tables' ? OPEN_ONLY.filter(({ key }) => has(raw, ['source', key])) : [];
  complaints.push(
    ...loose.map(({ key, instead }) => ({
      path: ['source', key],
      message: `goes with schemas or all; with tables ${instead}`,
    })),
  );
  for (const { path, value } of items(raw, ['source', 'aliases'], parseTable)) {
    if (value.alias === null)
      complaints.push({ path, message: `names no alias: write ${yamlScalar(writeAlias(value, 'other_name'))}` });
  }
  return complaints;
}

/** One namespace per schema in Materialize: tables, sources, connections and secrets share it. */
export function tableNames(raw: unknown): Complaint[] {
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
  const taken: { path: Path; table: TableRef; target: string; owner: string }[] = [];
  const seen = new Set<string>();
  const template = textAt(raw, ['source', 'targetName']) ?? '{table}';
  for (const list of has(raw, ['source', 'tables']) ? ['tables'] : ['aliases']) {
    for (const { path, value } of items<TableRef>(raw, ['source', list], parseTable)) {
      const upstream = writeTable(value);
      if (seen.has(upstream)) {
        complaints.push({ path, message: `${upstream} is listed twice; keep one` });
        continue;
      }
      seen.add(upstream);
      const target = value.alias ?? targetName(template, value);
      const bytes = utf8Length(target);
      if (value.alias === null && bytes > MATERIALIZE_NAME_BYTES) {
        const message = `would be called by a name of ${bytes} bytes in Materialize, which takes ${MATERIALIZE_NAME_BYTES}: give it an alias`;
        complaints.push({ path, message });
      }
      if (target !== value.name && isReserved(target)) {
        const message = `${target} ends as n2m calls copies that stand beside a table for a while; take another name`;
        complaints.push({ path, message });
      }
      const owner = claim(target, upstream);
      if (owner !== null) taken.push({ path, table: value, target, owner });
    }
  }
  return [...complaints, ...collisions(taken, template)];
}

/** A few by name; many have one cause. */
function collisions(
  taken: { path: Path; table: TableRef; target: string; owner: string }[],
  template: string,
): Complaint[] {
  const [first] = taken;
  if (first !== undefined && taken.length > 2 && template === '{table}') {
    const names = taken.slice(0, 3).map(({ table }) => writeTable(table));
    const message = `${plural(taken.length, 'table')} would be called what another is (${names.join(', ')}, …): write source.targetName: "${BY_SCHEMA}"`;
    return [{ path: first.path.slice(0, 2), message }];
  }
  return taken.map(({ path, table, target, owner }) => {
    const other = yamlScalar(writeAlias(table, targetName(BY_SCHEMA, table)));
    return { path, message: `${owner} is called ${target} in Materialize, too: write ${other}` };
  });
}

export function columns(raw: unknown): Complaint[] {
  const complaints: Complaint[] = [];
  const strange = strangeTo(raw);
  const seen = new Map<string, string>();
  for (const list of ['textColumns', 'excludeColumns']) {
    for (const { path, value } of items<ColumnRef>(raw, ['source', list], parseColumn)) {
      complaints.push(...strange(path, { schema: value.schema, name: value.table }));
      const column = writeColumn(value);
      const taken = seen.get(column);
      if (taken === undefined) seen.set(column, list);
      else
        complaints.push({
          path,
          message: taken === list ? 'is listed twice; keep one' : `is in ${taken}, too; keep one`,
        });
    }
  }
  return [...complaints, ...constraints(raw, strange)];
}

type Strange = (path: Path, table: { schema: string; name: string }) => Complaint[];

/** Of a table that a list of tables does not have. */
function strangeTo(raw: unknown): Strange {
  const tables = items<TableRef>(raw, ['source', 'tables'], parseTable).map(({ value }) => writeTable(value));
  const complete = Array.isArray(valueAt(raw, ['source', 'tables'])) && tables.length > 0;
  return (path, named) => {
    const table = writeTable(named);
    if (!complete || tables.includes(table)) return [];
    const meant = closest(table, tables);
    const message = `${table} is not among source.tables${meant === null ? '' : `; did you mean ${meant}?`}`;
    return [{ path, message }];
  };
}

function constraints(raw: unknown, strange: Strange): Complaint[] {
  const listed = items<ConstraintRef>(raw, ['source', 'excludeConstraints'], parseConstraint);
  const written = listed.map(({ value }) => writeConstraint(value));
  return listed.flatMap(({ path, value }, at): Complaint[] => {
    const { schema, table, constraint } = value;
    const whole = writeTable({ schema, name: table });
    const twice = written.indexOf(writeConstraint(value)) < at;
    const beside = constraint !== null && written.includes(whole);
    return [
      ...strange(path, { schema, name: table }),
      ...(twice ? [{ path, message: 'is listed twice; keep one' }] : []),
      ...(beside ? [{ path, message: `is one of all that ${whole} stands for; keep one` }] : []),
    ];
  });
}
