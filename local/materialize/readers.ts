import type { Pool } from 'pg';
import type { WireServer } from './wire/server';

/** Sessions that hold a lock somebody waits for, with what they read. */
const BLOCKERS = `
  SELECT DISTINCT b.pid, (
      SELECT n.nspname || '.' || c.relname FROM pg_locks h
      JOIN pg_class c ON c.oid = h.relation JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE h.pid = b.pid AND h.granted AND n.nspname !~ '^(mz_|pg_)' ORDER BY c.oid LIMIT 1
    ) AS relation
  FROM pg_locks w CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS b (pid)
  WHERE NOT w.granted AND w.mode = 'AccessExclusiveLock'`;

const LOOK_EVERY_MS = 100;

/**
 * Runs a drop while ending the queries that stand in its way: in Materialize a drop never waits for a reader, the
 * reader is told that its relation was dropped.
 */
export async function evictingReaders<T>(store: Pool, server: WireServer, work: () => Promise<T>): Promise<T> {
  let looking = false;
  const look = async (): Promise<void> => {
    const { rows } = await store.query<{ pid: number; relation: string | null }>(BLOCKERS);
    for (const { pid, relation } of rows) {
      const name = `materialize.${relation ?? 'unknown'}`;
      server.sessionOf(pid)?.evict(`query could not complete because relation "${name}" was dropped`);
    }
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch(() => undefined)
      .finally(() => (looking = false));
  }, LOOK_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
