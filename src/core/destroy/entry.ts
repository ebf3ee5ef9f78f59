import type { Near, Other } from './other';

/**
 * One kind of what is added to things shared with others and recorded, for a destroy to take back: how it stands in the
 * record, and who else may need it. Each is in the room of its object; ./added walks them.
 */
export interface EntryKind<E> {
  /** What stands in the record behind the kind, a JSON list. */
  write(entry: E): unknown[];
  /** The same back; null where it is not what this version writes. */
  read(parts: unknown[]): Omit<E, 'kind'> | null;
  /** It stands there as it is, without kind and list, as the first version wrote it. */
  bare?: boolean;
  /** What it is of: the first record of that wins. Else all of it. */
  of?(entry: E): unknown[];
  /** What n2m could have written; anybody who owns the publication may comment on it. */
  isPlausible(entry: E): boolean;
  /** How far around somebody may need it: roles are a server's, the IP Allow list is a project's. Null: nobody else. */
  reach: Near | null;
  needs(entry: E, other: Other): boolean;
  /** The other's own destroy is able to take it back. */
  takesOver(other: Other): boolean;
}

type Texts<E> = Pick<EntryKind<E>, 'write' | 'read'>;

/** A kind whose record is these texts, in this order. */
export function texts<E extends { kind: string }>(...names: Extract<Exclude<keyof E, 'kind'>, string>[]): Texts<E> {
  return {
    write: (entry) => names.map((name) => entry[name]),
    read: (parts) => {
      const found = parts.filter((part) => typeof part === 'string');
      if (found.length < names.length) return null;
      return Object.fromEntries(names.map((name, at) => [name, found[at]])) as Omit<E, 'kind'>;
    },
  };
}

/** What only ours uses. */
export const OURS_ALONE = { reach: null, needs: () => false, takesOver: () => false };

/** What others in the same database may use. */
export const IN_THE_DATABASE = { reach: 'database', takesOver: ({ near }: Other) => near === 'database' } as const;
