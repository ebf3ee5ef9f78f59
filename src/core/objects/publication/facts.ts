/** What was read of publications. */

export interface PublicationFacts {
  name: string;
  owner: string;
  ownedByUs: boolean;
  allTables: boolean;
  publishes: { insert: boolean; update: boolean; delete: boolean; truncate: boolean };
  viaRoot: boolean;
  /** Stored generated columns are published; null before Postgres 18, where they are in no replica identity either. */
  generatedColumns: boolean | null;
  tables: { schema: string; name: string; columns: string[] | null; filtered: boolean }[];
  comment: string | null;
}

/** A publication that sends a table's changes, as Postgres looks it up at every UPDATE and DELETE of the table. */
export interface TablePublication {
  name: string;
  owner: string;
  ownedByUs: boolean;
  /** How the table, or an ancestor of the partition, came into it. */
  via: 'table' | 'schema' | 'all';
  /** The table by whose entry it is published: an ancestor where the publication goes by the root. */
  entry: { schema: string; name: string };
  publishes: PublicationFacts['publishes'];
  /** The columns that its entry lists; null: no list. */
  columns: string[] | null;
  filtered: boolean;
  /** From Postgres 18 on; before, generated columns are never published. */
  generatedColumns: 'none' | 'stored';
}
