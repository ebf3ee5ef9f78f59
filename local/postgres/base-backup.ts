import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { giveTo, runAs, writeFor, type Account } from './account';
import { run } from './binaries';
import { withClient } from './client';

/** What a copy asks of the server that it is of. */
export interface Original {
  readonly dataDir: string;
  readonly superuserUrl: string;
  isRunning(): boolean;
}

/** Of one server life: neither pid nor slots belong into a copy. WAL is copied last, when all of the backup is in it. */
const LEFT_OUT = ['postmaster.pid', 'postmaster.opts', 'pg_replslot', 'pg_wal'];

/** A backup that others may make as well; it ends with the session. */
const BACKUP = {
  since15: { begin: `SELECT pg_backup_start('n2m', true)`, end: 'SELECT labelfile FROM pg_backup_stop(false)' },
  before15: { begin: `SELECT pg_start_backup('n2m', true, false)`, end: 'SELECT labelfile FROM pg_stop_backup(false)' },
} as const;

/** Copies with owners and times. Files that vanish meanwhile, as of a dropped table, are in the WAL. */
async function copy(account: Account, from: string[], to: string): Promise<void> {
  await run('cp', ['-Rp', ...from, to], { ...runAs(account), cwd: '/', env: { PATH: process.env.PATH } }).catch(
    (error: { stderr?: string }) => {
      const lines = (error.stderr ?? '').trim().split('\n');
      if (!lines.every((line) => line.endsWith('No such file or directory'))) throw error;
    },
  );
}

async function serverVersion(client: Client): Promise<number> {
  const { rows } = await client.query<{ v: string }>(`SELECT current_setting('server_version_num') AS v`);
  return Number(rows[0]?.v);
}

/**
 * Copies the data of a server into the empty folder `to` without disturbing it, as pg_basebackup does (which is not among
 * the npm binaries). The copy recovers to the end of the backup when it is started. Slots stay behind.
 */
export async function copyData(account: Account, server: Original, to: string): Promise<void> {
  const from = server.dataDir;
  const names = (await readdir(from)).filter((name) => !LEFT_OUT.includes(name));
  const files = (): Promise<void> =>
    copy(
      account,
      names.map((name) => join(from, name)),
      to,
    );
  if (server.isRunning()) {
    await withClient(server.superuserUrl, async (client) => {
      const { begin, end } = BACKUP[(await serverVersion(client)) >= 150_000 ? 'since15' : 'before15'];
      await client.query(begin);
      await files();
      const { rows } = await client.query<{ labelfile: string }>(end);
      await writeFor(account, join(to, 'backup_label'), rows[0]?.labelfile ?? '');
    });
  } else await files();
  await copy(account, [join(from, 'pg_wal')], to);
  const slots = join(to, 'pg_replslot');
  await mkdir(slots, { mode: 0o700 });
  await giveTo(account, slots);
}
