import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { takeLock } from './lock';

export interface StackFolder {
  path: string;
  /** Gives the folder free; removes it when it is temporary or empty. */
  release(): Promise<void>;
}

/** Takes the folder for one stack; a temporary one where none is given. */
export async function takeFolder(dir: string | undefined): Promise<StackFolder> {
  if (dir === undefined) {
    const path = await mkdtemp(join(tmpdir(), 'n2m-stack-'));
    return { path, release: () => rm(path, { recursive: true, force: true }) };
  }
  const path = resolve(dir);
  await mkdir(path, { recursive: true });
  const lock = join(path, 'lock');
  const holder = await takeLock(lock);
  if (holder !== undefined) {
    throw new Error(`a stack runs there already (process ${holder}): stop it, or choose another folder with --dir`);
  }
  const release = async (): Promise<void> => {
    await rm(lock, { force: true });
    // Fails where somebody else keeps files there, which is fine.
    await rmdir(path).catch(() => undefined);
  };
  return { path, release };
}
