/** What was read of tables upstream. Bytes are decimal strings. */

import type { TablePublication } from '../publication/facts';

export interface ColumnFacts {
  name: string;
  type: string;
  typeOid: number;
  nullable: boolean;
  /** Computed from other columns: kept in the row, or worked out when it is read (Postgres 18). Null: an ordinary column. */
  generated: 'stored' | 'virtual' | null;
  /** What a generated column is computed by, as Postgres prints it. */
  expression: string | null;
  /** `text`: Materialize takes it with TEXT COLUMNS; `no`: it cannot. */
  ingest: 'yes' | 'text' | 'no';
}

/** The leaves of a partitioned table, counted, and the first few of them by name. */
export interface PartitionsFacts {
  count: number;
  /** Their replica identity is not full; a new partition does not take over its parent's. */
  weak: FirstOf<{ identity: TableFacts['replicaIdentity'] }>;
  /** No publication sends their changes. */
  unsent: FirstOf<{ why: 'foreign' | 'unlogged' }>;
  /** One of the weak ones whose identity the connected role may not set. */
  foreign: { schema: string; name: string; owner: string } | null;
}

interface FirstOf<More> {
  count: number;
  first: ({ schema: string; name: string } & More)[];
}

export interface TableFacts {
  schema: string;
  name: string;
  oid: number;
  /** pg_class.relkind: `r` holds rows, and `p` is partitioned: its partitions do. */
  relkind: string;
  /** The tables it is a partition of, the nearest first. */
  partitionOf: { schema: string; name: string }[];
  /** Null where it is not partitioned. */
  partitions: PartitionsFacts | null;
  persistence: 'permanent' | 'unlogged' | 'temporary';
  /** Tables that inherit from it (no partitions), and the first few of them by name. */
  heirs: { count: number; first: { schema: string; name: string }[] };
  /** Of TimescaleDB: its rows are in chunks. */
  hypertable: boolean;
  owner: string;
  /** The connected role is the owner or a member of the owning role. */
  ownedByUs: boolean;
  /** By an index that was dropped: nothing. Of a partitioned table that of the first of all that is not full. */
  replicaIdentity: 'default' | 'full' | 'nothing' | 'index';
  /** One that identifies a row at any moment, so no deferrable one. */
  hasPrimaryKey: boolean;
  /** Its primary key and unique constraints by name, which Materialize copies it with. */
  constraints: string[];
  /** What an identity by a key or an index logs of the old row. */
  identityColumns: string[];
  /** Row level security is on and policies apply to the replication role. */
  rowSecurity: boolean;
  /** The replication role may read it; null while the role does not exist. */
  selectable: boolean | null;
  schemaUsable: boolean | null;
  /** Everybody may use the schema, so also a role that does not exist yet. */
  schemaOpen: boolean;
  /** The connected role may pass USAGE of the schema on. GRANT without that right is a warning (01007) that changes nothing. */
  schemaGrantable: boolean;
  /** Planner estimate; null when never analysed. */
  estimatedRows: number | null;
  bytes: string;
  /** An average row with what is stored out of line, which replica identity full logs again; null when never analysed. */
  rowBytes: number | null;
  /** Its updates and deletes, and the time they were counted over; null where nobody can tell. */
  written: { changes: number; seconds: number } | null;
  columns: ColumnFacts[];
  /** Every publication that publishes it, also those of others. */
  publications: TablePublication[];
}

/** What the file's patterns did; empty for a list. */
export interface SelectionFacts {
  /** Left out by `exclude`: how many tables, and the first of them by name. */
  excluded: { count: number; first: { schema: string; name: string }[] };
  /** Schemas and patterns of the file that no table is of, as it writes them. */
  unmatched: { key: 'schemas' | 'exclude'; pattern: string }[];
}
