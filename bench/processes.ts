import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '../local/stack';

/** The parts of a local stack, as far as they are processes of their own. */
export const PARTS = ['worker', 'Temporal server', 'Postgres', 'Materialize stand-in'] as const;
export type Part = (typeof PARTS)[number];

/** CPU seconds so far, by part. The stand-in runs in this process: its figure has the bench's own in it. */
export function cpuSeconds({ worker, temporal, neon }: Stack): Record<Part, number> {
  const processes = list();
  const tree = (root: number | undefined): number =>
    processes
      .filter(({ pid, parent }) => pid === root || parent === root)
      .reduce((sum, { pid, seconds }) => sum + seconds + (pid === root ? 0 : tree(pid) - seconds), 0);
  const parts = {
    worker: tree(worker?.pid),
    'Temporal server': tree(temporal.pid),
    Postgres: tree(neon && postmaster(neon.postgres.dataDir)),
  };
  const others = Object.values(parts).reduce((sum, seconds) => sum + seconds, 0);
  return { ...parts, 'Materialize stand-in': tree(process.pid) - others };
}

/** Resident memory of the worker, MiB. */
export const workerMemory = ({ worker }: Stack): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(worker?.pid)]).toString()) / 1024;

const postmaster = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);

/** Of every process, in hundredths of a second: Linux tells them in /proc, elsewhere `ps` does. */
function list(): { pid: number; parent: number; seconds: number }[] {
  if (!existsSync('/proc/self/stat')) return listed();
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [, parent, ...rest] = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      // User and system time, and that of children which ended.
      const ticks = rest.slice(9, 13).reduce((sum, part) => sum + part, 0);
      return [{ pid: Number(pid), parent: parent ?? 0, seconds: ticks / 100 }];
    } catch {
      return []; // ended meanwhile
    }
  });
}

function listed(): { pid: number; parent: number; seconds: number }[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,time=']).toString().trim().split('\n');
  return lines.map((line) => {
    const [pid = '', parent = '', time = ''] = line.trim().split(/\s+/);
    const seconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    return { pid: Number(pid), parent: Number(parent), seconds };
  });
}
