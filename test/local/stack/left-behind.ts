import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../local/stack/until';

/**
 * A TMPDIR of one test's own: whatever a stack started there leaves behind bears its name, even while other tests run their
 * servers. Open to all as any /tmp is, since Postgres uses it under another account.
 */
export function ownTmpdir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'n2m-test-stack-'));
  chmodSync(folder, 0o1777);
  return folder;
}

/** Processes whose command line names the folder: id and command line. */
export function processesOf(folder: string): string[] {
  const all = execFileSync('ps', ['-ww', '-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(folder));
}

/** Ends what a failed test left running. */
export function killProcessesOf(folder: string): void {
  for (const line of processesOf(folder)) {
    try {
      process.kill(Number.parseInt(line, 10), 'SIGKILL');
    } catch {
      // It ended in between.
    }
  }
}

/** What is in the folder but what is kept on purpose: copies of Postgres for the next start, what tsx has compiled. */
export function foldersIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => !/^(n2m-postgres-(template|binaries)|tsx-\d)/.test(name));
}

/**
 * What is still there of a stack that has ended: processes, folders, addresses. Guards and companions bear the folder's name
 * too and end after the servers they watch, so it is what does not go.
 */
export async function leftBehind(folder: string, addresses: string[]): Promise<string[]> {
  const look = async () => [...processesOf(folder), ...foldersIn(folder), ...(await listening(addresses))];
  const nothing = async () => ((await look()).length === 0 ? [] : undefined);
  return until<string[]>(nothing, { what: 'the end of all parts', timeout: 60_000 }).catch(look);
}

/** Those of the addresses (host:port or URL) where somebody still listens. */
export async function listening(addresses: string[]): Promise<string[]> {
  const answers = await Promise.all(addresses.map(async (address) => ((await listens(address)) ? [address] : [])));
  return answers.flat();
}

function listens(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
