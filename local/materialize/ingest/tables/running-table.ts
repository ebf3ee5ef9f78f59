import type { IngestedTable, UpstreamTable } from '../../contract';
import type { Lsn } from '../stream/lsn';

/** A table while its source runs. */
export interface RunningTable {
  readonly id: string;
  readonly upstream: UpstreamTable;
  committed: boolean;
  snapshotLsn: Lsn;
  /** An error was reported in this run: its changes are ignored. */
  dead: boolean;
  /** Dropped here while the dataflow runs. */
  removed: boolean;
}

export const runningTable = ({ id, upstream }: IngestedTable): RunningTable => ({
  id,
  upstream,
  committed: false,
  snapshotLsn: 0n,
  dead: false,
  removed: false,
});

export const isLive = (table: RunningTable): boolean => !table.dead && !table.removed;
