import type { Client, Pool } from 'pg';
import type { IngestionSettings, UpstreamConnection } from '../contract';
import type { TableError } from './errors';
import type { RunningTable } from './tables/running-table';
import type { SourceStatistics } from './reports/statistics';

/** What one run of a source works with. */
export interface DataflowContext {
  store: Pool;
  settings: IngestionSettings;
  sourceId: string;
  progressId: string | null;
  slot: string;
  publication: string;
  /** What upstream's has to be; null where it is unknown. */
  timelineId: string | null;
  /** Upstream has to be a standby, or else none. */
  standby: boolean;
  connection: UpstreamConnection;
  replica: { id: string; size: string };
  tables: RunningTable[];
  statistics: SourceStatistics;
  /** When the run began, milliseconds. */
  startedAt: number;
  /** Aborted when the run is to end, for whatever reason. */
  signal: AbortSignal;
  /** Opens a connection that is cut when the run ends. */
  open(mode: 'plain' | 'replication'): Promise<Client>;
  /** Writes a table's permanent error to its state and its status, and ignores it from then on. */
  reportTableError(table: RunningTable, error: TableError): Promise<void>;
  /** Writes to a table's status that a row of it cannot be held; it goes on. */
  reportUnreadable(table: RunningTable, message: string): Promise<void>;
}
