import { execFile } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServerProcess } from '../stack/process';
import { describeBuild, toolFolder } from './cache';
import { withLock } from '../stack/lock';

const run = promisify(execFile);
const mainPackage = 'github.com/temporalio/cli/cmd/temporal';

export interface BuildOptions {
  /** Where the program goes. */
  folder: string;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Builds the Temporal CLI with Go into the cache folder and returns its path; three to four minutes the first time on
 * two cores. Releases are built without cgo as well, so no C compiler is needed.
 */
export async function buildServer(options: BuildOptions): Promise<string> {
  const { folder, log } = options;
  const { version, file } = describeBuild();
  const path = join(folder, file);
  await mkdir(folder, { recursive: true });
  const build = async (): Promise<string> => {
    if (existsSync(path)) return path;
    const unfinished = `${path}.${process.pid}.unfinished`;
    try {
      await goBuild(version, unfinished, options);
      await rename(unfinished, path);
    } finally {
      await rm(unfinished, { force: true });
    }
    return path;
  };
  return withLock(`${path}.lock`, build, (pid) => log(`process ${pid} builds the Temporal server, waiting for it`));
}

/** The version of Go on the PATH, e.g. `go1.26.4`; undefined where there is none. */
export async function goVersion(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const answer = await run('go', ['env', 'GOVERSION'], { cwd: toolFolder, env }).catch(() => undefined);
  return answer?.stdout.trim() || undefined;
}

async function goBuild(version: string, output: string, options: BuildOptions): Promise<void> {
  const { log } = options;
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  log(`building Temporal server ${version} with Go: once per machine, about 4 minutes on 2 cores`);
  await go(['mod', 'download'], () => `fetching Go modules, ${seconds()} s`, options);
  const ldflags = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${version}`;
  const args = ['build', '-v', '-buildvcs=false', '-trimpath', '-ldflags', ldflags, '-o', output, mainPackage];
  await go(args, (lines) => `compiling the Temporal server: ${lines} packages done, ${seconds()} s`, options);
  log(`built Temporal server ${version} in ${seconds()} s`);
}

/** Runs go in the module's folder and says every ten seconds how far it is. */
async function go(args: string[], progress: (lines: number) => string, options: BuildOptions): Promise<void> {
  const { env, log, signal } = options;
  let lines = 0;
  const child = ServerProcess.start({
    name: `go ${args.slice(0, 2).join(' ')}`,
    command: 'go',
    args,
    cwd: toolFolder,
    env: { ...env, CGO_ENABLED: '0' },
    signal,
    onLine: () => (lines += 1),
  });
  const telling = setInterval(() => log(progress(lines)), 10_000);
  try {
    await child.finished();
  } finally {
    clearInterval(telling);
    await child.stop();
  }
}
