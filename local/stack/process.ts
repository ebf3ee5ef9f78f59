import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

export interface ServerProcessOptions {
  /** What the process is called in messages. */
  name: string;
  command: string;
  args: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** How long SIGTERM may take before SIGKILL, milliseconds; 10,000 by default. */
  grace?: number;
  /** Kills it when aborted. */
  signal?: AbortSignal;
  /** A folder that goes when this process dies without having stopped the server. */
  removeAfter?: string;
  /** Receives each line the process prints on stdout or stderr. */
  onLine?: (line: string) => void;
}

/** What a process that ended by itself, or would not start, left behind. */
export class ProcessFailed extends Error {}

/**
 * One server we started: stopped by its own handle, never by name. It gets a process group of its own, so that Ctrl-C in
 * a terminal reaches only us and the order of stopping stays ours; should this process end without having stopped it, a
 * guard kills the group.
 */
export class ServerProcess {
  private readonly lastLines: string[] = [];
  private readonly ended: Promise<void>;
  private failure: Error | undefined;
  private stopping = false;

  private constructor(
    private readonly options: ServerProcessOptions,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        this.failure = error;
        resolve();
      });
      // 'close' and not 'exit': the last lines, which say why it ended, have been read by then.
      child.once('close', () => resolve());
    });
    guard(child, options.removeAfter);
    options.signal?.addEventListener('abort', () => this.killGroup());
    for (const stream of [child.stdout, child.stderr]) this.readLines(stream);
  }

  /** Starts the process; whether it serves is for the caller to find out. */
  static start(options: ServerProcessOptions): ServerProcess {
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    return new ServerProcess(options, child);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get isRunning(): boolean {
    return this.failure === undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The last lines the process printed, for an error message. */
  get output(): string {
    return this.lastLines.join('\n');
  }

  /** Rejects with what the process said when it ends before it was asked to; never resolves. */
  async failed(): Promise<never> {
    await this.ended;
    if (this.stopping) return new Promise<never>(() => undefined);
    throw new ProcessFailed(this.reason());
  }

  /** For a process that ends by itself: returns when it did so with exit code 0, else rejects with what it said. */
  async finished(): Promise<void> {
    await this.ended;
    if (this.failure || this.child.exitCode !== 0) throw new ProcessFailed(this.reason());
  }

  /** Asks it to end (SIGTERM), insists (SIGKILL) after the grace; returns when it is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (!this.isRunning) return this.ended;
    this.child.kill('SIGTERM');
    const insist = setTimeout(() => this.killGroup(), this.options.grace ?? 10_000);
    await this.ended;
    clearTimeout(insist);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.stopping = true;
    this.killGroup();
    await this.ended;
  }

  /** With everything it started itself: the group is its own. */
  private killGroup(): void {
    if (this.child.pid === undefined || !this.isRunning) return;
    try {
      process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // It ended in between.
    }
  }

  private reason(): string {
    const { name, command } = this.options;
    if (this.failure) return `${name} did not start: ${this.failure.message}`;
    const how = this.child.signalCode ?? `exit code ${this.child.exitCode ?? 'unknown'}`;
    return `${name} (${command}) ended with ${how}${this.output ? `:\n${this.output}` : ''}`;
  }

  private readLines(stream: NodeJS.ReadableStream | null): void {
    if (!stream) return;
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      lines.forEach((line) => this.line(line));
    });
    void once(stream, 'end').then(
      () => rest && this.line(rest),
      () => undefined,
    );
  }

  private line(line: string): void {
    this.lastLines.push(line);
    if (this.lastLines.length > 20) this.lastLines.shift();
    this.options.onLine?.(line);
  }
}

/** Waits for the end of a pipe only we hold, which comes even when we are killed; then ends the group it is given. */
const GUARD = 'read -r _; kill -KILL "-$0"; if [ -n "$1" ]; then rm -rf -- "$1"; fi';

function guard(child: ChildProcess, removeAfter = ''): void {
  if (child.pid === undefined) return;
  const shell = spawn('sh', ['-c', GUARD, String(child.pid), removeAfter], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => undefined);
  shell.unref();
  (shell.stdin as Socket).unref();
  // At 'exit' and not later: from then on the number may be given to another process.
  child.once('exit', () => shell.kill('SIGKILL'));
}
