import { randomBytes } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { withLock } from '../stack/lock';
import { giveTo, runAs, writeFor, type Account } from './account';
import { copyData, type Original } from './base-backup';
import { run, type Binaries } from './binaries';

export const SUPERUSER = 'postgres';

/** Where one server keeps its things. */
export interface ServerFolder {
  path: string;
  data: string;
  /** True when we made it under the temporary folder, so it goes when the server stops. */
  temporary: boolean;
  superuserPassword: string;
}

const PASSWORD_FILE = 'superuser-password';
const COUNT_FILE = 'file-count';

const exists = async (path: string): Promise<boolean> => (await lstat(path).catch(() => null)) !== null;

async function countFiles(folder: string): Promise<string> {
  return String((await readdir(folder, { recursive: true })).length);
}

/** A template some cleaner of temporary files has nibbled at must not be used. */
async function isWhole(template: string, account: Account): Promise<boolean> {
  const found = await lstat(template).catch(() => null);
  if (found === null) return false;
  if (!found.isDirectory() || found.uid !== (account?.uid ?? process.getuid?.())) {
    throw new Error(`${template} belongs to another user (uid ${found.uid}): remove it`);
  }
  const written = await readFile(join(template, COUNT_FILE), 'utf8').catch(() => '');
  return written === (await countFiles(join(template, 'data')).catch(() => 'gone'));
}

async function makeTemplate(binaries: Binaries, account: Account, template: string): Promise<void> {
  const fresh = await mkdtemp(join(tmpdir(), 'n2m-postgres-initdb-'));
  try {
    await giveTo(account, fresh);
    const passwordFile = join(fresh, PASSWORD_FILE);
    await writeFor(account, passwordFile, randomBytes(18).toString('base64url'));
    // The builtin provider came with 17; the C locale of earlier ones sorts the same.
    const builtin = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const locale = ['--locale=C', ...(parseInt(binaries.version, 10) >= 17 ? builtin : [])];
    const access = ['--auth=scram-sha-256', `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
    const args = [`--pgdata=${join(fresh, 'data')}`, '--encoding=UTF8', '--no-sync', ...locale, ...access];
    await run(binaries.initdb, args, { ...runAs(account), cwd: fresh, env: { PATH: process.env.PATH, TZ: 'UTC' } });
    await writeFile(join(fresh, COUNT_FILE), await countFiles(join(fresh, 'data')));
    // A broken one is moved away because a folder cannot be renamed onto a full one.
    if (await exists(template)) await rename(template, join(fresh, 'broken'));
    await rename(fresh, template);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(join(template, 'broken'), { recursive: true, force: true });
  }
}

/** initdb takes seconds, a copy of its result a tenth of one: the result is kept per version and account. */
async function templateFolder(binaries: Binaries, account: Account): Promise<string> {
  const owner = account?.uid ?? process.getuid?.() ?? 0;
  const template = join(tmpdir(), `n2m-postgres-template-${binaries.version}-${owner}`);
  const make = async (): Promise<void> => {
    if (!(await isWhole(template, account))) await makeTemplate(binaries, account, template);
  };
  // One makes it, whoever else starts meanwhile waits: two would move it away from under a copy of it.
  if (!(await isWhole(template, account))) await withLock(`${template}.lock`, make, () => undefined);
  return template;
}

async function mustBeReachable(account: Account, path: string): Promise<void> {
  if (account === null) return;
  await run('test', ['-w', path], { ...runAs(account), cwd: '/' }).catch(() => {
    throw new Error(
      `Postgres runs as "${account.name}" because it must not run as root, and that account cannot reach ${path}: ` +
        'leave the folder out (a temporary one is made), or open the folders above it with `chmod o+x`',
    );
  });
}

/** The data and the password of another server, which may run. */
async function copyServer(account: Account, server: Original, path: string): Promise<void> {
  const data = join(path, 'data');
  await mkdir(data, { mode: 0o700 });
  await giveTo(account, data);
  await copyData(account, server, data);
  await run('cp', ['-p', join(dirname(server.dataDir), PASSWORD_FILE), path], { ...runAs(account), cwd: '/' });
}

/** Copies the template, or a server, into an empty folder and reads the superuser's password; leaves a filled one as it is. */
async function fill(
  binaries: Binaries,
  account: Account,
  path: string,
  copyOf?: Original,
): Promise<{ data: string; password: string }> {
  await giveTo(account, path);
  await mustBeReachable(account, path);
  const data = join(path, 'data');
  const passwordFile = join(path, PASSWORD_FILE);
  if (await exists(join(data, 'PG_VERSION'))) {
    // Taken up as it is.
  } else if (copyOf !== undefined) await copyServer(account, copyOf, path);
  else {
    const template = await templateFolder(binaries, account);
    const from = [join(template, 'data'), join(template, PASSWORD_FILE)];
    await run('cp', ['-Rp', ...from, path], { ...runAs(account), cwd: '/' });
  }
  const password = await readFile(passwordFile, 'utf8').catch(() => {
    throw new Error(`${data} was not made by this tool (no ${passwordFile}): name an empty folder`);
  });
  return { data, password };
}

/** Makes the server's folder, or takes up the one an earlier server left in `dir`. */
export async function openFolder(
  binaries: Binaries,
  account: Account,
  { dir, copyOf }: { dir?: string; copyOf?: Original },
): Promise<ServerFolder> {
  if (dir !== undefined) await mkdir(dir, { recursive: true });
  const path = dir ?? (await mkdtemp(join(tmpdir(), 'n2m-postgres-')));
  const temporary = dir === undefined;
  try {
    const { data, password } = await fill(binaries, account, path, copyOf);
    return { path, data, temporary, superuserPassword: password };
  } catch (error) {
    if (temporary) await rm(path, { recursive: true, force: true });
    throw error;
  }
}
