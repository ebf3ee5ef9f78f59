import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Runs `work` while holding a lock file that names our process, so that two builders do not build the same thing at
 * once. A lock whose process is gone is taken over. `waiting` is called once when somebody else holds it.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, waiting: (pid: number) => void): Promise<T> {
  for (let told = false; !(await tryLock(path)); await pause(500)) {
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (!holder) continue;
    if (!isAlive(holder)) await removeStale(path);
    else if (!told) {
      told = true;
      waiting(holder);
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Whether a process with that id runs. One that belongs to somebody else counts as running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the file away before removing it: of two who find it stale only one succeeds. */
async function removeStale(path: string): Promise<void> {
  const away = `${path}.${randomUUID()}`;
  await rename(path, away).catch(() => undefined);
  await rm(away, { force: true });
}
