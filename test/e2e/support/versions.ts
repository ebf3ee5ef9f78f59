import type { Client } from 'pg';
import {
  DEFAULT_VERSION,
  featuresOf,
  type RecordedVersion,
  recordedVersion,
  versionText,
} from '../../../local/materialize/version';
import type { PostgresVersion } from '../../../local/postgres/binaries';

/** Another major version of Postgres, and `turnHostile`, for every world of the run: `npm run test:hostile`. */
const NAMED = Number(process.env.N2M_TEST_POSTGRES_VERSION);
export const POSTGRES_VERSION = Number.isInteger(NAMED) && NAMED > 0 ? (NAMED as PostgresVersion) : undefined;
export const HOSTILE = process.env.N2M_TEST_HOSTILE === '1';

const ASKED = process.env.N2M_TEST_MATERIALIZE_VERSION;
/** The release that the stand-ins of the end-to-end suite play; the newest that was recorded, unless the environment says. */
export const MATERIALIZE_VERSION: RecordedVersion =
  ASKED === undefined || ASKED === '' ? DEFAULT_VERSION : recordedVersion('N2M_TEST_MATERIALIZE_VERSION', ASKED);
/** Whether new sources have tables of their own there. */
export const SOURCE_TABLES_BY_DEFAULT = featuresOf(versionText(MATERIALIZE_VERSION)).sourceTables;
/** Whether a source ends on an upstream that became a standby. */
export const STANDBY_ENDS = featuresOf(versionText(MATERIALIZE_VERSION)).checksRecovery;
/** Whether a cluster has both sizes, and pays for both, while it changes from one to the other. */
export const BACKGROUND_RESIZES = featuresOf(versionText(MATERIALIZE_VERSION)).backgroundResize;
/** For cases about subsources: a release that makes them by itself. */
export const SUBSOURCES_VERSION: RecordedVersion = '26.9';

/** What a version brought, for cases that need it. */
export interface Since {
  version: PostgresVersion;
  brought: string;
}

/** No login of these tests is a superuser's, and earlier versions let nobody else make a role that replicates. */
export const SQL_ROLE: Since = { version: 16, brought: 'roles that replicate, made by an ordinary owner' };

export const MERGE: Since = { version: 15, brought: 'MERGE' };
export const COLUMN_LISTS: Since = { version: 15, brought: 'publications of some columns' };
export const RUNNING_LOGGED: Since = { version: 16, brought: 'pg_log_standby_snapshot' };
export const LOSS_REASONS: Since = { version: 17, brought: 'the reason why a slot was lost' };
export const IDLE_SLOTS: Since = { version: 18, brought: 'a time after which idle slots are invalidated' };
export const TRANSACTION_LIMITS: Since = { version: 17, brought: 'transaction_timeout' };
export const VIRTUAL_COLUMNS: Since = { version: 18, brought: 'virtual generated columns' };
/** Before, the stored value was part of a full identity, published or not. */
export const GENERATED_REFUSED: Since = { version: 18, brought: 'writes refused for a generated column' };

export const has = (need: Since | null): boolean =>
  need === null || POSTGRES_VERSION === undefined || POSTGRES_VERSION >= need.version;

/** Cases that an earlier version cannot have are skipped there by name, with what they need; null is any version. */
export function itSince(need: Since | null, name: string, test: () => Promise<void>, timeout?: number): void {
  if (need === null || has(need)) it(name, test, timeout);
  else it.skip(`${name} (needs PostgreSQL ${need.version}: ${need.brought})`, test);
}

export const GIVEN_PASSWORD = 'given-password-0815';
/** Environment of a worker that may have to know the password of a role that was given. */
export const GIVEN_ENV = { N2M_SECRET_ROLE_PASSWORD: GIVEN_PASSWORD };

export type Role = { name: string; via: 'sql' } | { name: string; via: 'given'; password: string };

/** What of a world this asks. */
interface Named {
  readonly name: string;
  upstream<T>(use: (client: Client) => Promise<T>): Promise<T>;
}

/** The pipeline's role as its file names it: made by the run, or given by a superuser where it takes one to make it. */
export async function roleOf(world: Named, makesIt = has(SQL_ROLE)): Promise<Role> {
  const name = `mz_${world.name}`;
  if (makesIt) return { name, via: 'sql' };
  await world.upstream(async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
    if (rowCount !== 0) return;
    await client.query(`CREATE ROLE ${name} LOGIN REPLICATION BYPASSRLS PASSWORD '${GIVEN_PASSWORD}'`);
    await client.query(`ALTER ROLE ${name} SET idle_in_transaction_session_timeout = 0`);
    // As a plan says where the server's own would end its statements: who made the role has to lift that.
    await client.query(`ALTER ROLE ${name} SET statement_timeout = 0`);
  });
  return { name, via: 'given', password: 'env:N2M_SECRET_ROLE_PASSWORD' };
}
