import { isIn } from '../objects/tables/find';
import { selector } from '../objects/tables/selector';
import type { RoleSpec, TableSelection } from '../spec/types';
import type { TableName } from '../sql/upstream';

/** The same database, another one of the same server, another branch of the same Neon project. */
export type Near = 'database' | 'server' | 'project';

/** Where a pipeline keeps its record, and what that says now. */
export interface RecordPlace {
  /** Of Neon; null for the server that is looked at. */
  branch: string | null;
  database: string;
  publication: string;
  /** It may have to be made: everything the pipeline needs was there before. */
  exists: boolean;
  holds: string[];
}

/** Somebody who reads from the same server or project. Null: could not be told, so it may be anything. */
export interface Other {
  /** `pipeline b`, `source materialize.public.theirs in Materialize`. */
  who: string;
  pipeline: string | null;
  near: Near;
  role: string | null;
  via: RoleSpec['via'] | null;
  neon: boolean | null;
  publication: string | null;
  tables: TableName[] | null;
  /** What its file selects by schema or pattern, now and later. */
  selection: TableSelection | null;
  record: RecordPlace | null;
}

export const isOr = (known: string | null, wanted: string): boolean => known === null || known === wanted;

export const reads = ({ tables, selection }: Other, table: TableName): boolean =>
  tables === null || (selection !== null && selector(selection).takes(table)) || isIn(tables, table);

export const readsIn = ({ tables, selection }: Other, schema: string): boolean =>
  tables === null ||
  (selection !== null && selector(selection).schema(schema)) ||
  tables.some((table) => table.schema === schema);

export const readsAny = ({ tables, selection }: Other): boolean => selection !== null || tables?.length !== 0;
