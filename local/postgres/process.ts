import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { runAs, type Account } from './account';

/**
 * Runs the server with a companion that waits at the other end of a pipe. When this process dies without a word, the
 * pipe closes, and the companion ends the server and removes its folder; a line on the pipe dismisses it. `exec` keeps
 * the process id, so the child is the server itself.
 */
const WITH_COMPANION = `
server=$$
( if read -r dismissed <&3; then exit 0; fi
  kill -QUIT $server
  # Bounded: where nobody collects dead processes, a dead server still answers.
  for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 $server || break; sleep 0.3; done
  if [ -n "$REMOVE_AFTER" ]; then rm -rf "$REMOVE_AFTER"; fi
) >/dev/null 2>&1 </dev/null &
exec "$0" "$@" 3<&-`;

export interface ServerProcess {
  readonly running: boolean;
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  signal(name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void;
}

/** Starts a server program as the account. `removeAfter` goes when this process dies without stopping the server. */
export function spawnServer(options: {
  program: string;
  args: string[];
  account: Account;
  cwd: string;
  removeAfter: string | null;
  log: (line: string) => void;
}): ServerProcess {
  const { program, args, account, cwd, removeAfter, log } = options;
  const child: ChildProcess = spawn('/bin/sh', ['-c', WITH_COMPANION, program, ...args], {
    ...runAs(account),
    cwd,
    // Its own session: Ctrl-C in a terminal reaches us alone, and we stop things in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, TZ: 'UTC', REMOVE_AFTER: removeAfter ?? '' },
  });
  const leash = child.stdio[3] as Writable;
  leash.on('error', () => undefined);
  if (child.stderr) createInterface({ input: child.stderr }).on('line', log);
  let running = true;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      running = false;
      leash.end('dismissed\n');
      resolve();
    };
    child.once('exit', end);
    child.once('error', (error) => {
      log(`could not be started: ${error.message}`);
      end();
    });
  });
  return {
    get running() {
      return running;
    },
    ended,
    signal: (name) => void (running && child.kill(name)),
  };
}
