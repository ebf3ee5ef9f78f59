import type {
  OpenTransaction,
  PublicationFacts,
  RoleFacts,
  SourceFacts,
  NeonFacts,
  TableFacts,
} from '../../core/plan/facts';
import type { Blocker } from '../../core/snapshot/types';
import type { SourceSpec } from '../../core/spec/types';
import type { SlotReading, SourceReading } from '../../core/watch/types';
import type { SqlClient } from '../sql-client';

export interface UpstreamTable {
  schema: string;
  name: string;
}
const notYet = (): never => {
  throw new Error('not yet');
};

/** Everything a plan needs to know upstream. `reachable`: where Materialize will connect. Reads only. */
export const readSourceFacts: (
  client: SqlClient,
  input: { source: SourceSpec; reachable: { host: string; port: number }; neon: NeonFacts | null },
) => Promise<SourceFacts> = notYet;

export const readWalLevel: (client: SqlClient) => Promise<string> = notYet;
export const readPublication: (client: SqlClient, name: string) => Promise<PublicationFacts | null> = notYet;
export const readRole: (client: SqlClient, name: string) => Promise<RoleFacts | null> = notYet;
/** Facts of the tables that exist among those named; `role` null or unknown: selectable is null. */
export const readTables: (
  client: SqlClient,
  tables: readonly UpstreamTable[],
  role: string | null,
) => Promise<TableFacts[]> = notYet;
export const readDefaultPrivileges: (client: SqlClient, role: string) => Promise<{ owner: string; schema: string }[]> =
  notYet;
export const readOpenTransactions: (client: SqlClient) => Promise<OpenTransaction[]> = notYet;
/** One row of pg_replication_slots; `exists: false` when it was read and is not there. */
export const readSlot: (client: SqlClient, slot: string) => Promise<SlotReading> = notYet;

export interface CopyProgress {
  pid: number;
  schema: string;
  name: string;
  tuples: number;
  /** Decimal string. */
  bytes: string;
}
/** COPY … TO of the replication role under way, per backend and table (several backends may share a table). */
export const readCopyProgress: (client: SqlClient, role: string) => Promise<CopyProgress[]> = notYet;
/** Temporary `mzsnapshot_…` slots: one exists exactly while a snapshot runs. */
export const readSnapshotSlots: (client: SqlClient) => Promise<string[]> = notYet;
/** Who holds up the role's CREATE_REPLICATION_SLOT or COPY: sessions and prepared transactions, with what ends them. */
export const readBlockers: (client: SqlClient, role: string) => Promise<Blocker[]> = notYet;
/** One look for the check. `slot` null: not known (yet). */
export const readSourceReading: (
  client: SqlClient,
  input: { slot: string; publication: string; role: string; tables: readonly UpstreamTable[] },
) => Promise<SourceReading> = notYet;
