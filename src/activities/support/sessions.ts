import { DEADLINE } from '../../core/budgets';
import { readsStandby } from '../../core/objects/logical-replication/standby';
import type { PipelineSpec } from '../../core/spec/types';
import type { ItemName } from '../../core/sql/materialize';
import { SystemError, systemError } from '../../systems/errors';
import { connectMaterialize } from '../../systems/materialize';
import type { NeonClient } from '../../systems/neon';
import { connectSource } from '../../systems/postgres';
import { withClient, type ConnectOptions, type SqlClient } from '../../systems/sql-client';
import { cutShort } from '../edges/cut-short';
import { stillActing } from '../edges/still-acting';
import type { Deps } from './deps';
import { isOutdated, type SourceAccess } from './source-directory';

export interface SourceSession {
  /** Where everything upstream is set up: the primary. */
  client: SqlClient;
  /**
   * The server that Materialize reads, which has its slots and its WAL senders: `client` itself, or, where the file names
   * the primary of that server, a session of its own, made when it is first asked for.
   */
  replica: () => Promise<SqlClient>;
  access: SourceAccess;
  neon: NeonClient | null;
}

/** What differs from a session of the activity's own. */
type More = Pick<ConnectOptions, 'pool' | 'signal'>;

/** A session as the role that owns the tables. */
export function withSource<T>(
  deps: Deps,
  spec: PipelineSpec,
  use: (session: SourceSession) => Promise<T>,
  more: More = {},
): Promise<T> {
  return withAccess(deps, spec, ({ access, neon }) => {
    const open = (url: string) => connectUpstream(deps, spec, url, more);
    return withClient(open(access.ownerUrl), async (client) => {
      if (!readsStandby(spec)) return use({ client, replica: () => Promise.resolve(client), access, neon });
      let opened: Promise<SqlClient> | null = null;
      try {
        return await use({ client, replica: () => (opened ??= open(access.replicaUrl)), access, neon });
      } finally {
        await (opened as Promise<SqlClient> | null)?.then(
          (replica) => replica.close(),
          () => undefined,
        );
      }
    });
  });
}

/** The same login on the server that Materialize reads, for what only that one can answer. */
export const withReplica = <T>(
  deps: Deps,
  spec: PipelineSpec,
  use: (client: SqlClient) => Promise<T>,
  more: More = {},
): Promise<T> =>
  withAccess(deps, spec, ({ access }) => withClient(connectUpstream(deps, spec, access.replicaUrl, more), use));

/** How upstream is reached, asked again next time where it may be outdated. */
async function withAccess<T>(
  deps: Deps,
  spec: PipelineSpec,
  use: (found: Pick<SourceSession, 'access' | 'neon'>) => Promise<T>,
): Promise<T> {
  const { source } = spec;
  const neon = await neonClient(deps, spec);
  const access = await deps.sources.find(source, neon);
  try {
    return await use({ access, neon });
  } catch (error) {
    if (error instanceof SystemError && isOutdated(error.info)) deps.sources.forget(source);
    throw error;
  }
}

/** To the pipeline's database there. */
export function connectUpstream(deps: Deps, { source }: PipelineSpec, url: string, more: More = {}) {
  const address = { url: withDatabase(url, source.database), tls: source.tls };
  return connectSource(address, { ...connectOptions(deps), ...more });
}

interface Login {
  access: SourceAccess;
  user: string;
  password: string;
}

/** A session as another role on the same database; its password was never anywhere but here. */
export const withSourceAs = <T>(
  deps: Deps,
  spec: PipelineSpec,
  login: Login,
  use: (client: SqlClient) => Promise<T>,
): Promise<T> => loggedIn(deps, spec, login.access.ownerUrl, login, use);

/** The same where Materialize logs in. */
export const withReplicaAs = <T>(
  deps: Deps,
  spec: PipelineSpec,
  login: Login,
  use: (client: SqlClient) => Promise<T>,
): Promise<T> => loggedIn(deps, spec, login.access.replicaUrl, login, use);

function loggedIn<T>(
  deps: Deps,
  spec: PipelineSpec,
  where: string,
  { user, password }: Login,
  use: (client: SqlClient) => Promise<T>,
): Promise<T> {
  deps.secrets.remember(password);
  const url = new URL(where);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return withClient(connectUpstream(deps, spec, url.href), use);
}

export async function withMaterialize<T>(
  deps: Deps,
  spec: PipelineSpec,
  use: (client: SqlClient) => Promise<T>,
  more: More = {},
): Promise<T> {
  const url = await deps.secrets.resolve(spec.materialize.url, 'materialize-url');
  return withClient(connectMaterialize(url, { ...connectOptions(deps), ...more }), use);
}

export async function neonClient(deps: Deps, { source }: PipelineSpec): Promise<NeonClient | null> {
  if (source.kind !== 'neon') return null;
  const apiKey = await deps.secrets.resolve(source.apiKey, 'api-key');
  return deps.neon(apiKey, { signal: cutShort(), beforeChange: stillActing });
}

/** The API with project and branch, without a session on the database. */
export async function neonBranch(deps: Deps, spec: PipelineSpec) {
  const neon = await neonClient(deps, spec);
  return needNeon(spec, { neon, access: await deps.sources.find(spec.source, neon) });
}

/** For steps that only exist with kind neon. */
export function needNeon(spec: PipelineSpec, { neon, access }: Pick<SourceSession, 'neon' | 'access'>) {
  if (spec.source.kind !== 'neon' || !neon || access.branchId === null) {
    throw systemError('InvalidPipeline', 'file', 'this step needs source.kind neon');
  }
  return { neon, branchId: access.branchId, project: spec.source.project };
}

export function connectOptions(deps: Deps): ConnectOptions {
  return {
    connectTimeoutMs: DEADLINE.connect,
    deadlineMs: DEADLINE.statement,
    signal: cutShort(),
    beforeChange: stillActing,
    traced: deps.traced,
    secrets: () => deps.secrets.known(),
  };
}

/** Full names of the pipeline's objects in Materialize. */
export function itemsOf({ materialize }: PipelineSpec): Record<'secret' | 'connection' | 'source', ItemName> & {
  item: (name: string) => ItemName;
} {
  const { database, schema, names } = materialize;
  const item = (name: string): ItemName => ({ database, schema, name });
  return { secret: item(names.secret), connection: item(names.connection), source: item(names.source), item };
}

/** The same server and role, another database. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}
