import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Makes a lock file that names our process. Answers the id of the process that holds it already, else undefined: it
 * is ours then, and to be removed by us. A lock whose process is gone is taken over.
 */
export async function takeLock(path: string): Promise<number | undefined> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    // Empty while its maker has not written yet.
    if (!holder) await pause(20);
    else if (isAlive(holder)) return holder;
    else await removeStale(path);
  }
}

/** Runs `work` while holding a lock file; `waiting` is called once when somebody else holds it. */
export async function withLock<T>(path: string, work: () => Promise<T>, waiting: (pid: number) => void): Promise<T> {
  for (let told = false; ; await pause(500)) {
    const holder = await takeLock(path);
    if (holder === undefined) break;
    if (!told) waiting(holder);
    told = true;
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

/** Moves the file away before removing it: of two who find it stale only one succeeds. */
async function removeStale(path: string): Promise<void> {
  const away = `${path}.${randomUUID()}`;
  await rename(path, away).catch((error: NodeJS.ErrnoException) => {
    // Another user's lock cannot be moved: trying for ever would say nothing.
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(away, { force: true });
}
