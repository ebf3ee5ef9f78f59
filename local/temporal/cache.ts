import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The Go module that pins the Temporal CLI, with its dev server and UI. */
export const toolFolder = join(__dirname, 'tool');

/** Where built and downloaded servers are kept between runs: one folder per user. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'n2m');
}

export interface ServerBuild {
  /** The CLI's version without the v, as the module requires it. */
  version: string;
  /** File name in the cache: a change of the module, its checksums or the platform makes another one. */
  file: string;
}

/** Reads what the module would build. */
export function describeBuild(folder: string = toolFolder): ServerBuild {
  const module = readFileSync(join(folder, 'go.mod'), 'utf8');
  const version = /^\s*github\.com\/temporalio\/cli v(\S+)/m.exec(module)?.[1];
  if (!version) throw new Error(`${join(folder, 'go.mod')} does not require github.com/temporalio/cli`);
  const hash = createHash('sha256')
    .update(module)
    .update(readFileSync(join(folder, 'go.sum')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
  return { version, file: `temporal-${version}-${hash.slice(0, 12)}` };
}
