import type { Beside } from '../../plan/types';

type Group = Beside['groups'][number];

/** Each is two activities and a dozen events of a history that has to hold all of them. */
const MOST_BATCHES = 100;
/** Nobody misses a table that nothing is built on while the others of its batch change names. */
const TABLES_AT_ONCE = 200;

/**
 * What changes places at once: group by group where something is built on them, which is away meanwhile, as long as those are
 * not too many; tables that nothing is built on together.
 */
export function batchesOf(groups: readonly Group[]): Group[] {
  const built = groups.filter(({ dependents }) => dependents.length > 0);
  const alone = groups.filter(({ dependents }) => dependents.length === 0).flatMap(({ tables }) => tables);
  const several = Math.ceil(built.length / MOST_BATCHES);
  return [
    ...chunks(built, several).map((some) => ({
      tables: some.flatMap(({ tables }) => tables),
      dependents: some.flatMap(({ dependents }) => dependents),
    })),
    ...chunks(alone, TABLES_AT_ONCE).map((tables) => ({ tables, dependents: [] })),
  ];
}

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / Math.max(1, size)) }, (_, at) => all.slice(at * size, (at + 1) * size));
