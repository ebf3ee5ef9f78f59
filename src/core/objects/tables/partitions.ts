import type { ChildFacts } from '../source/facts';
import type { TableFacts } from './facts';
import { allIn, findIn, isIn } from './find';

/** From here on a publication can send the changes of partitions under the name of the table they are of. */
export const VIA_ROOT_SERVER = 130_000;

interface Named {
  schema: string;
  name: string;
}

export type Partitioned = TableFacts & { partitions: NonNullable<TableFacts['partitions']> };

/** It has partitions, which hold its rows. */
export const isPartitioned = <T extends Pick<TableFacts, 'partitions'>>(
  table: T,
): table is T & Pick<Partitioned, 'partitions'> => table.partitions !== null;

/**
 * Of what schemas or all find: the partitioned tables that are replicated as one, with all their partitions. Not those whose
 * partitions Materialize has one by one, which stay so, nor those with partitions that no publication sends, or that are not
 * selected.
 */
export function replicatedAsOne(
  found: readonly TableFacts[],
  childOf: (table: TableFacts) => ChildFacts | null,
): TableFacts[] {
  const leaves = found.filter((table) => table.partitionOf.length > 0 && !isPartitioned(table));
  const above = leaves.flatMap(({ partitionOf }) => partitionOf);
  const aboveApart = leaves.filter((leaf) => childOf(leaf)).flatMap(({ partitionOf }) => partitionOf);
  const isWhole = (table: Named & Pick<Partitioned, 'partitions'>): boolean =>
    allIn(above, table).length === table.partitions.count;
  const parents = found
    .filter(isPartitioned)
    .filter((table) => table.partitions.unsent.count === 0)
    .filter((table) => childOf(table) !== null || (!isIn(aboveApart, table) && isWhole(table)));
  return parents.filter(({ partitionOf }) => !partitionOf.some((above) => isIn(parents, above)));
}

/** A table that is selected together with one it is a partition of. */
export function withinSelected<T extends TableFacts>(tables: readonly T[]): { table: T; above: T }[] {
  return tables.flatMap((table) => {
    const above = table.partitionOf.map((parent) => findIn(tables, parent)).find((found) => found !== null);
    return above ? [{ table, above }] : [];
  });
}
