import { readFileSync } from 'node:fs';
import { chown, writeFile } from 'node:fs/promises';

/** Who runs the server: null means ourselves, else the account root steps down to (Postgres refuses to run as root). */
export type Account = { name: string; uid: number; gid: number } | null;

/** Chooses the account for Postgres. initdb looks the account up by id, so it must exist in the system's list. */
export function postgresAccount(): Account {
  if (process.getuid?.() !== 0) return null;
  const rows = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = rows.find((row) => row.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'Postgres must not run as root and neither "postgres" nor "nobody" is in /etc/passwd: ' +
      'run as an ordinary user, or add an account with `useradd --system postgres`',
  );
}

/** Options for spawn that make the child run as the account. */
export const runAs = (account: Account): { uid?: number; gid?: number } =>
  account === null ? {} : { uid: account.uid, gid: account.gid };

export async function giveTo(account: Account, path: string): Promise<void> {
  if (account !== null) await chown(path, account.uid, account.gid);
}

/** Writes a file that belongs to the account. */
export async function writeFor(account: Account, path: string, text: string, mode = 0o600): Promise<void> {
  await writeFile(path, text, { mode });
  await giveTo(account, path);
}
