import { listed } from '../../../plan/context';
import { add } from '../../../plan/fix';
import { repairCommand, type Found, type Rule, warning } from '../../../plan/rule';
import { writeColumn } from '../../../spec/identifiers';
import { isOurs } from '../../../plan/ownership';
import { allIn } from '../find';
import { isCopiedBeside, isRebuilt, childOf, tableName } from '../select';
import { behind, gone } from './copied';
import { copyCost } from '../../cluster/estimate';

/** So many columns are named with what leaves them out. */
const NAMED = 10;

/** Columns that came upstream, and those that left. */
export const columnFindings: Record<string, Rule> = {
  'columns-added': ({ spec, target, upstream, tables, rebuild, beside, recreate }) => {
    const { source } = target;
    if (source === null || recreate.length > 0) return [];
    return upstream.flatMap((table): Found[] => {
      const child = childOf(spec, target, table);
      if (child === null) return [];
      const { columns, refused } = behind(spec, child, table);
      if (columns.length === 0) return [];
      const name = tableName(table);
      const lacks = `${name} has columns upstream that Materialize lacks: ${listed(columns.map((column) => column.name))}`;
      const written = (some: typeof columns): string[] =>
        some.slice(0, NAMED).map((column) => writeColumn({ ...table, table: table.name, column: column.name }));
      const without = add('source.excludeColumns', written(columns));
      if (refused.length > 0) {
        const types = listed(refused.map((column) => `${column.name} is ${column.type}`));
        const asText = refused.every(({ ingest }) => ingest === 'text');
        const what = asText ? 'which Materialize takes as text only' : 'which Materialize does not take';
        const key = asText ? 'source.textColumns' : 'source.excludeColumns';
        return [warning(name, `${lacks}; ${types}, ${what}`, add(key, written(refused)))];
      }
      const cost = copyCost(spec, target, allIn(tables, table));
      const it = `a copy keeps the columns it was made with`;
      if (!isOurs(source.comment, spec.name))
        return [warning(name, `${lacks}; ${it}, and this one was adopted. Copying it again: ${cost}`, without)];
      const how = isCopiedBeside(beside, table)
        ? 'n2m apply copies it again beside it'
        : isRebuilt(rebuild, table)
          ? 'n2m apply drops it and copies it again, and nobody can read it meanwhile, as two subsources of one table cannot stand side by side'
          : null;
      return [warning(name, how === null ? lacks : `${lacks}; ${how}: ${cost}`, `to do without: ${without}`)];
    });
  },

  'columns-gone': ({ spec, target, upstream, recreate, rebuild, beside }) => {
    if (target.source === null || recreate.length > 0) return [];
    return upstream.flatMap((table): Found[] => {
      const child = childOf(spec, target, table);
      const columns = child === null ? [] : gone(child, table);
      if (columns.length === 0) return [];
      const name = tableName(table);
      const sentence = `${name} lost ${listed(columns)} upstream, which the copy has: Materialize ends the table with an error`;
      const mended = isCopiedBeside(beside, table) || isRebuilt(rebuild, table);
      return [warning(name, sentence, mended ? 'n2m apply FILE copies it again' : repairCommand(spec.name))];
    });
  },
};
