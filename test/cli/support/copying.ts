import { Context } from '@temporalio/activity';
import type { Activities } from '../../../src/activities/types';
import type { SnapshotProgress } from '../../../src/core/snapshot/types';
import { progress } from '../../workflows/harness';
import { copyingTable } from './copying-table';

export interface Copying {
  activities: Partial<Activities>;
  /** Rows that the next heartbeats tell. */
  tell: (rows: number) => void;
  release: () => void;
}

/** A copy in the middle, told by heartbeats only, until `release` is called. */
export function copying(): Copying {
  let release = () => undefined as void;
  const released = new Promise<void>((resolve) => (release = resolve));
  let rowsCopied = 52_000;
  const startedAt = new Date().toISOString();
  const now = (): SnapshotProgress => ({
    ...progress(),
    startedAt,
    observedAt: new Date().toISOString(),
    rowsPerSecond: 1500,
    etaSeconds: 30,
    tables: [copyingTable('orders', { rowsCopied })],
  });
  const activities: Partial<Activities> = {
    awaitSnapshot: async () => {
      const beat = setInterval(() => Context.current().heartbeat(now()), 200);
      await released;
      clearInterval(beat);
      const tables = now().tables.map((table) => ({ ...table, state: 'committed' as const }));
      return { end: 'committed', progress: { ...now(), tables } };
    },
  };
  return { activities, tell: (rows) => (rowsCopied = rows), release: () => release() };
}
