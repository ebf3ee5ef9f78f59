import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  child: ChildProcessWithoutNullStreams;
  /** Resolves once the stream so far matches; rejects when the command ends before. */
  until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<void>;
  done: Promise<CliResult>;
}

/** Starts the built `n2m` as a process of its own, with nothing of this process's TEMPORAL_* settings. */
export function startCli(args: string[], env: NodeJS.ProcessEnv = {}, input = ''): RunningCli {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|N2M_|NO_COLOR|FORCE_COLOR)/.test(name)),
  );
  const child = spawn(process.execPath, [join(ROOT, 'lib/client.js'), ...args], {
    cwd: ROOT,
    env: { ...inherited, ...env },
  });
  child.stdin.end(input);
  const seen = { stdout: '', stderr: '' };
  let changed: () => void = () => undefined;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      seen[name] += text;
      changed();
    });
  }
  let ended = false;
  const done = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      ended = true;
      changed();
      resolve({ code, ...seen });
    });
  });
  async function until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<void> {
    while (!pattern.test(seen[stream])) {
      if (ended) throw new Error(`n2m ${args.join(' ')} ended without ${String(pattern)}: ${seen.stderr}`);
      await new Promise<void>((resolve) => (changed = resolve));
    }
  }
  return { child, until, done };
}

export function n2m(args: string[], env: NodeJS.ProcessEnv = {}, input = ''): Promise<CliResult> {
  return startCli(args, env, input).done;
}
