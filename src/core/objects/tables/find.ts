import { groupedBy } from '../../grouped';

/** Finds tables by name in lists of any length: each list is indexed once. What is listed is read, never changed. */
interface Named {
  schema: string;
  name: string;
}

/** No name holds this character. */
const keyOf = ({ schema, name }: Named): string => `${schema}\0${name}`;

function finder<Entry extends object>(nameOf: (entry: Entry) => Named | null) {
  const indexes = new WeakMap<readonly Entry[], { length: number; byName: Map<string, Entry[]> }>();
  return <T extends Entry>(list: readonly T[], table: Named): readonly T[] => {
    let index = indexes.get(list);
    if (index?.length !== list.length) {
      const key = (entry: Entry): string | null => {
        const name = nameOf(entry);
        return name === null ? null : keyOf(name);
      };
      index = { length: list.length, byName: groupedBy(list, key) };
      indexes.set(list, index);
    }
    return (index.byName.get(keyOf(table)) as T[] | undefined) ?? [];
  };
}

/** All that have the name of this table. */
export const allIn: <T extends Named>(list: readonly T[], table: Named) => readonly T[] = finder(
  (table: Named) => table,
);
export const findIn = <T extends Named>(list: readonly T[], table: Named): T | null => allIn(list, table)[0] ?? null;
export const isIn = (list: readonly Named[], table: Named): boolean => allIn(list, table).length > 0;

/** What Materialize has of an upstream table: several may stand side by side. */
export const findChildren = finder(({ upstream }: { upstream: Named | null }) => upstream);
