import type { Client } from 'pg';
import { Applier } from './apply';
import type { DataflowContext } from '../dataflow-context';
import { upstream, type TableError } from '../errors';
import { advanceFrontiers } from '../reports/frontiers';
import { parseLsn, type Lsn } from './lsn';
import { decode } from './pgoutput';
import type { ReplicationStream } from './replication-stream';
import { isLive, type RunningTable } from '../tables/running-table';

/** Upstream's WAL ended at `lsn` at the time `at`: once we are there, we are as fresh as that. */
interface Probe {
  kind: 'probe';
  lsn: Lsn;
  at: number;
}

interface Invalid {
  kind: 'invalid';
  table: RunningTable;
  error: TableError;
}

export type Feed = ReplicationStream<Probe | Invalid>;

const ACKNOWLEDGE_EVERY_MS = 1000;
/** Changes become visible at least this often while more keep coming. */
const COMMIT_EVERY_MS = 250;

/** Asks upstream how far it is; a standby, how far it has replayed. */
export async function probe(metadata: Client, standby: boolean): Promise<Probe> {
  const at = Date.now();
  const here = standby ? 'pg_last_wal_replay_lsn()' : 'pg_current_wal_lsn()';
  const { rows } = await upstream(metadata.query<{ lsn: string }>(`SELECT ${here}::text AS lsn`));
  return { kind: 'probe', at, lsn: parseLsn(rows[0]!.lsn) };
}

/** The snapshot is committed and the stream stands: what a run reports once. */
function reportRehydrated(context: DataflowContext, resumeLsn: Lsn): void {
  for (const table of context.tables) {
    const counters = context.statistics.of(table.id);
    counters.rehydrationMs = Date.now() - context.startedAt;
    counters.snapshotCommitted = table.committed;
    counters.offsetKnown = resumeLsn;
    counters.offsetCommitted = resumeLsn;
  }
}

/**
 * Consumes the slot from `resumeLsn` on, forever. Upstream hears of a position only after the store has committed
 * everything before it.
 */
export async function consume(context: DataflowContext, feed: Feed, resumeLsn: Lsn): Promise<never> {
  const applier = new Applier(context, resumeLsn);
  const probes: Probe[] = [];
  let committedAt = Date.now();
  reportRehydrated(context, resumeLsn);
  const heartbeat = setInterval(() => feed.acknowledge(applier.applied), ACKNOWLEDGE_EVERY_MS);

  async function settle(): Promise<void> {
    const due = probes.some(({ lsn }) => lsn <= applier.seen);
    if (applier.hasChanges || (due && applier.behind)) {
      await applier.commit();
      committedAt = Date.now();
      feed.acknowledge(applier.applied);
    }
    const reached = probes.filter(({ lsn }) => lsn <= applier.applied).length;
    const last = probes.splice(0, reached).at(-1);
    if (last !== undefined) await advanceFrontiers(context.store, frontierIds(context), last.at);
  }

  try {
    for (;;) {
      const item = await feed.next();
      if (item.kind === 'data') applier.take(decode(item.payload), item.payload.length);
      else if (item.kind === 'keepalive') {
        applier.caughtUpTo(item.end);
        if (item.replyRequested) feed.acknowledge(applier.applied);
      } else if (item.kind === 'invalid') {
        if (isLive(item.table)) await context.reportTableError(item.table, item.error);
      } else {
        probes.push(item);
        for (const table of context.tables) context.statistics.of(table.id).offsetKnown = item.lsn;
        // Upstream tells where it is only now and then, unless asked.
        if (item.lsn > applier.seen) feed.acknowledge(applier.applied, true);
      }
      if (!applier.atBoundary) {
        if (applier.isFull) await applier.spill();
      } else if (feed.idle || applier.isFull || Date.now() - committedAt > COMMIT_EVERY_MS) await settle();
    }
  } finally {
    clearInterval(heartbeat);
    applier.close();
  }
}

/** What moves together: the source, its progress relation and every table with a committed snapshot. */
function frontierIds(context: DataflowContext): string[] {
  const tables = context.tables.filter(({ committed, removed }) => committed && !removed).map(({ id }) => id);
  return [context.sourceId, ...(context.progressId === null ? [] : [context.progressId]), ...tables];
}
