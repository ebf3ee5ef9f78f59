import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildServer, goVersion } from './build';
import { cacheFolder, describeBuild } from './cache';
import { downloadedServer, downloadServer } from './download';

const run = promisify(execFile);

/** The oldest server whose updates, schedules and summaries are known to do what we need. */
const oldestServer = [1, 29] as const;

export interface TemporalBinary {
  path: string;
  origin: 'PATH' | 'cache' | 'download' | 'build';
}

export interface FindOptions {
  env?: NodeJS.ProcessEnv;
  /** Where servers are kept; the user's cache folder by default. */
  cache?: string;
  /** Ends a download or a build early. */
  signal?: AbortSignal;
  log?: (line: string) => void;
}

/**
 * Finds the `temporal` program, or obtains it: on the PATH, in the cache, by the SDK's own download, built with Go.
 * The error names what to install.
 */
export async function findTemporal(options: FindOptions = {}): Promise<TemporalBinary> {
  const { env = process.env, log = () => undefined, signal } = options;
  const cache = options.cache ?? cacheFolder(env);
  const onPath = await suitableOnPath(env, log);
  if (onPath) return { path: onPath, origin: 'PATH' };
  for (const path of [join(cache, describeBuild().file), downloadedServer(cache)])
    if (existsSync(path)) return { path, origin: 'cache' };
  const downloaded = await downloadServer(cache, log, signal);
  if (downloaded) return { path: downloaded, origin: 'download' };
  if (await goVersion(env)) return { path: await buildServer({ folder: cache, env, log, signal }), origin: 'build' };
  throw new Error(
    'There is no Temporal server: `temporal` is not on the PATH, its download site does not answer, and there is no Go ' +
      'to build it with. Install the Temporal CLI (https://docs.temporal.io/cli/setup-cli) or Go 1.26.4 or newer, ' +
      'or set TEMPORAL_ADDRESS to a server that runs.',
  );
}

async function suitableOnPath(env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<string | undefined> {
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder !== '');
  const path = folders.map((folder) => join(folder, 'temporal')).find((file) => existsSync(file));
  if (!path) return undefined;
  const version = await run(path, ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  if (isSuitable(version)) return path;
  log(`${path} is not used: it says "${version}", a server of ${oldestServer.join('.')} or newer is needed`);
  return undefined;
}

/** Reads `temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)`. */
export function isSuitable(version: string): boolean {
  const [, major, minor] = /Server (\d+)\.(\d+)/.exec(version) ?? [];
  if (!major || !minor) return false;
  const [oldestMajor, oldestMinor] = oldestServer;
  return Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
}
