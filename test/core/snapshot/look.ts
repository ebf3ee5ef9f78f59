import type { Blocker, SnapshotLook, SnapshotProgress, TableLook } from '../../../src/core/snapshot/types';
import { mergeProgress } from '../../../src/core/snapshot/merge';

const START = Date.parse('2026-11-22T10:00:00.000Z');

/** ISO time so many seconds after the start. */
export const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

export interface Scene {
  /** Rows per table now copying; absent: no copy runs. */
  copies?: Record<string, { pid: number; rows: number }[]>;
  committed?: string[];
  statistics?: Record<string, TableLook['statistics']>;
  errors?: Record<string, string>;
  status?: string;
  error?: string | null;
  replicas?: string[];
  slots?: string[];
  blockers?: Blocker[];
  expected?: number | null;
  /** Which side could not be read. */
  unread?: 'target' | 'upstream' | 'both';
}

export const TABLES = ['orders', 'customers'];

export function look(scene: Scene = {}): SnapshotLook {
  const { unread, committed = [], copies = {}, expected = 1000 } = scene;
  const tables = TABLES.map((table): TableLook => ({
    table,
    upstream: { schema: 'public', name: table },
    rowsExpected: expected,
    status: scene.errors?.[table] ? 'stalled' : 'running',
    error: scene.errors?.[table] ?? null,
    frontierMoved: committed.includes(table),
    statistics: scene.statistics?.[table] ?? null,
  }));
  return {
    target:
      unread === 'target' || unread === 'both'
        ? null
        : {
            source: { status: scene.status ?? 'running', error: scene.error ?? null },
            replicas: scene.replicas ?? ['u1'],
            tables,
          },
    upstream:
      unread === 'upstream' || unread === 'both'
        ? null
        : {
            copies: Object.entries(copies).flatMap(([name, list]) =>
              list.map(({ pid, rows }) => ({ schema: 'public', name, pid, rows })),
            ),
            snapshotSlots: scene.slots ?? ['mzsnapshot_a'],
            blockers: scene.blockers ?? [],
          },
  };
}

export const STUCK_AFTER = 600_000;

/** Plays looks one after the other: `[seconds, scene]`. */
export function play(...looks: [number, Scene][]): SnapshotProgress {
  let progress: SnapshotProgress | null = null;
  for (const [seconds, scene] of looks) {
    progress = mergeProgress(progress, look(scene), at(seconds), { stuckAfter: STUCK_AFTER });
  }
  if (progress === null) throw new Error('no look');
  return progress;
}

export const orders = (rows: number, pid = 100): Scene['copies'] => ({ orders: [{ pid, rows }] });
