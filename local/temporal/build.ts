import { execFile } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServerProcess } from '../stack/process';
import { describeBuild, toolFolder } from './cache';
import { withLock } from './lock';

const run = promisify(execFile);
const mainPackage = 'github.com/temporalio/cli/cmd/temporal';

/**
 * Builds the Temporal CLI with Go into the cache folder and returns its path; three to four minutes the first time on
 * two cores. Releases are built without cgo as well, so no C compiler is needed.
 */
export async function buildServer(folder: string, log: (line: string) => void): Promise<string> {
  const { version, file } = describeBuild();
  const path = join(folder, file);
  await mkdir(folder, { recursive: true });
  const build = async (): Promise<string> => {
    if (existsSync(path)) return path;
    const unfinished = `${path}.${process.pid}.unfinished`;
    try {
      await goBuild(version, unfinished, log);
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

async function goBuild(version: string, output: string, log: (line: string) => void): Promise<void> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  log(`building Temporal server ${version} with Go: once per machine, about 4 minutes on 2 cores`);
  await go(['mod', 'download'], () => `fetching Go modules, ${seconds()} s`, log);
  const ldflags = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${version}`;
  const args = ['build', '-v', '-buildvcs=false', '-trimpath', '-ldflags', ldflags, '-o', output, mainPackage];
  await go(args, (lines) => `compiling the Temporal server: ${lines} packages done, ${seconds()} s`, log);
  log(`built Temporal server ${version} in ${seconds()} s`);
}

/** Runs go in the module's folder and says every ten seconds how far it is. */
async function go(args: string[], progress: (lines: number) => string, log: (line: string) => void): Promise<void> {
  let lines = 0;
  const child = ServerProcess.start({
    name: `go ${args.slice(0, 2).join(' ')}`,
    command: 'go',
    args,
    cwd: toolFolder,
    env: { ...process.env, CGO_ENABLED: '0' },
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
