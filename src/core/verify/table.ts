import { tableName } from '../objects/tables/select';
import type { ItemName } from '../sql/items';
import type { TableName } from '../sql/upstream';
import { formOf, isText, type Form } from './forms';
import type { ComparedColumn, ComparedTable, KeyColumn, NotCompared } from './types';

/** One table as both systems describe it. */
export interface Described {
  upstream: TableName;
  target: ItemName;
  source: {
    columns: { name: string; typeOid: number }[];
    partitioned: boolean;
    foreign: boolean;
    key: KeyColumn[] | null;
    names: string[];
  };
  materialize: { name: string; type: string }[];
}

/** What of the table is compared, and what is not, by name. */
export function comparedTable({ upstream, target, source, materialize }: Described): {
  table: ComparedTable;
  notCompared: NotCompared[];
} {
  const notCompared: NotCompared[] = [];
  const columns: ComparedColumn[] = [];
  const leave = (column: string, why: string): void => {
    notCompared.push({ what: `${tableName(upstream)}.${column}`, why });
  };
  for (const { name, typeOid } of source.columns) {
    const there = materialize.find((column) => column.name === name);
    if (there === undefined) {
      leave(name, 'Materialize does not have this column');
      continue;
    }
    const form = formOf(typeOid, there.type === 'text' && !isText(typeOid));
    if (typeof form === 'string') leave(name, form);
    else columns.push({ name, form });
  }
  for (const { name } of materialize) {
    if (!source.columns.some((column) => column.name === name)) leave(name, 'upstream does not have this column');
  }
  const names = source.names.every((name) => columns.some((column) => column.name === name)) ? source.names : [];
  const key = source.key && usable(source.key, columns) ? source.key : null;
  const { partitioned, foreign } = source;
  return { table: { upstream, partitioned, foreign, target, columns, key, names }, notCompared };
}

/** A key that came over as text has another order there, and one that is left out finds nothing. */
const usable = (key: readonly KeyColumn[], columns: readonly ComparedColumn[]): boolean =>
  key.every(({ name }) => columns.some((column) => column.name === name && column.form.kind !== 'output'));

/** Without a key rows are found by their hash, which has none of what only the worker can make canonical. */
export const withoutTexts = (table: ComparedTable, columns: readonly ComparedColumn[]): NotCompared[] =>
  columns.map(({ name, form }) => ({
    what: `${tableName(table.upstream)}.${name}`,
    why: `${kindOf(form)} is compared row by row only, and the table has no key to do that by`,
  }));

const kindOf = ({ kind, of, array }: Form): string => {
  const word = of === 'range' ? 'a range' : kind === 'json' ? 'JSON' : kind === 'vector' ? 'an int2vector' : kind;
  return array ? `an array of ${kind === 'json' ? 'JSON' : of === 'range' ? 'ranges' : kind}` : word;
};
