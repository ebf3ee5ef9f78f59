/** What was read from both systems before a plan is made; of one object in its room. Counters and bytes are decimal strings, LSNs as Postgres prints them. */

import type { PublicationFacts } from '../objects/publication/facts';
import type { RoleFacts } from '../objects/role/facts';
import type { OpenTransaction } from '../objects/source/facts';
import type { SelectionFacts, TableFacts } from '../objects/tables/facts';
import type { PoolerFacts } from '../objects/connection/poolers';
import type { StandbyFacts } from '../objects/logical-replication/standby';

export * from './target-facts';

/** Written as a comment on each object that carries one; `ours` compares `pipeline`. */
export interface OwnerMark {
  managedBy: 'n2m';
  pipeline: string;
  /** What was added to something shared, e.g. IP entries, so that destroy takes back exactly that. */
  added?: string[];
}

export interface NeonFacts {
  project: string;
  branchId: string;
  branchName: string;
  branchProtected: boolean;
  pgVersion: number;
  logicalReplication: boolean;
  storesPasswords: boolean;
  allowedIps: string[];
  allowedIpsProtectedBranchesOnly: boolean;
  blocksPublicConnections: boolean;
  endpointId: string;
  endpointHost: string;
  /** Owner of the database, as which DDL runs. */
  ownerRole: string;
  roleNames: string[];
}

/** Who runs the server, told by the settings and roles that only it has. Null: nobody that is known. */
export type ManagedServer = 'neon' | 'rds' | 'aurora' | 'cloud-sql' | 'alloydb' | 'azure' | 'supabase';

export interface SourceFacts {
  versionNum: number;
  managed: ManagedServer | null;
  /** In recovery: a replica, which takes no change at all. */
  standby: boolean;
  /** Where a standby gets its WAL from, `host:port`; null where it is none, or nobody says. */
  primary: string | null;
  /** Transactions of the connected role are read-only unless they ask to write. */
  readOnly: boolean;
  /** Of the server that Materialize reads, where the file names the primary of that; the login is the primary's. */
  replica?: StandbyFacts;
  /** Where Materialize will connect. */
  host: string;
  port: number;
  /** Only the file names that host, and the worker's owner did not allow it. */
  unknownHost?: boolean;
  /** What hands sessions around in front of the server; null: nothing that gave itself away. */
  pooler: PoolerFacts | null;
  walLevel: string;
  maxReplicationSlots: number;
  usedReplicationSlots: number;
  maxWalSenders: number;
  usedWalSenders: number;
  /** Bytes; null: no cap. */
  maxSlotWalKeepSize: string | null;
  /** How long a slot may be idle before the server invalidates it, from 18 on; null: no limit. */
  idleSlotTimeoutMs: number | null;
  /** The role n2m itself uses. */
  user: {
    name: string;
    superuser: boolean;
    replication: boolean;
    bypassRls: boolean;
    createRole: boolean;
    canCreateInDatabase: boolean;
    /** Also through other roles. */
    memberOf: string[];
  };
  role: RoleFacts | null;
  publication: PublicationFacts | null;
  /** A publication carries this pipeline's mark, so that what is added can be recorded. */
  recordExists: boolean;
  /** Publications of other logins that carry this pipeline's mark. They are not ours. */
  claims?: { name: string; owner: string }[];
  /** Every table the file selects (and, for schemas or all, every table found that is not excluded). */
  tables: TableFacts[];
  /** Absent where nothing was looked at by pattern. */
  selection?: SelectionFacts;
  /** Tables the file names that do not exist. */
  missingTables: { schema: string; name: string }[];
  /** Open now: a copy waits for the end of each. */
  openTransactions: OpenTransaction[];
  /** Names of this database's logical replication slots. */
  slots: string[];
  /** Default privileges for future tables, per owner and schema, already granted to the role. */
  defaultPrivileges: { owner: string; schema: string }[];
  neon: NeonFacts | null;
}

/** The schedule that watches the pipeline, as Temporal has it. */
export interface WatchFacts {
  exists: boolean;
  paused: boolean;
  /** When it looks, with what, and what it does when it cannot, are as the file and this version have them. */
  current: boolean;
}
