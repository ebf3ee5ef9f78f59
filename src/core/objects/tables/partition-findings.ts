import { listed } from '../../plan/context';
import { blocking, type Found, info, repairCommand, type Rule, warning } from '../../plan/rule';
import { plural } from '../../text/count';
import { isIn } from './find';
import { isPartitioned, withinSelected } from './partitions';
import { firstNames, tableName } from './select';

/** What a partitioned table cannot bring, and what has to be known of one that is replicated as one. */
export const partitionFindings: Record<string, Rule> = {
  'partition-unsent': ({ upstream }) =>
    upstream.filter(isPartitioned).flatMap((table): Found[] => {
      const { unsent } = table.partitions;
      const [one] = unsent.first;
      if (!one) return [];
      const kind = one.why === 'foreign' ? 'a foreign table' : 'unlogged';
      const sentence = `a copy of ${tableName(table)} has the rows of ${firstNames(unsent)}, and the changes that follow have not: ${tableName(one)} is ${kind}`;
      return [blocking(tableName(table), sentence, 'name the other partitions instead')];
    }),

  'partition-of-selected': ({ upstream }) =>
    withinSelected(upstream).map(({ table, above }) => {
      const sentence = `${tableName(table)} is a partition of ${tableName(above)}, which the file selects with all its partitions: its changes come under one name only`;
      return blocking(tableName(table), sentence, `take ${tableName(table)} out of source.tables`);
    }),

  'partitions-regrouped': ({ upstream, removed }) =>
    upstream
      .filter(({ partitionOf }) => partitionOf.some((above) => isIn(removed, above)))
      .map((table) => {
        const sentence = `${tableName(table)} came with a table that left the file, which stands still in Materialize from the moment this one is published until it is dropped`;
        return warning(tableName(table), sentence);
      }),

  'partition-changes': ({ spec, upstream, fresh }) =>
    upstream.filter(isPartitioned).map((table) => {
      const name = tableName(table);
      const sentence = `${name} comes with its ${plural(table.partitions.count, 'partition')}, new ones too; DROP, DETACH and TRUNCATE of one that has rows send nothing, so that its rows stay in Materialize, and the rows of one that is attached with rows do not come`;
      const fix = `DELETE the rows first, attach empty ones; after the fact: ${repairCommand(spec.name)}`;
      return (isIn(fresh, table) ? warning : info)(name, sentence, fix);
    }),

  'partitions-apart': ({ spec, source, upstream }) => {
    if (spec.source.tables.kind === 'list') return [];
    const above = upstream.flatMap(({ partitionOf }) => partitionOf);
    const parents = source.tables
      .filter(isPartitioned)
      .filter((table) => table.partitionOf.length === 0)
      .filter((table) => isIn(above, table));
    if (parents.length === 0) return [];
    const sentence = `the partitions of ${listed(parents.map(tableName))} are replicated one by one`;
    return [info(`source.tables: ${spec.source.tables.kind}`, sentence, 'name the partitioned table in source.tables')];
  },
};
