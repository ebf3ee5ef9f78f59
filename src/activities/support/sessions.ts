import { DEADLINE } from '../../core/budgets';
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
  client: SqlClient;
  access: SourceAccess;
  neon: NeonClient | null;
}

/** What differs from a session of the activity's own. */
type More = Pick<ConnectOptions, 'pool' | 'signal'>;

/** A session as the role that owns the tables. */
export async function withSource<T>(
  deps: Deps,
  spec: PipelineSpec,
  use: (session: SourceSession) => Promise<T>,
  more: More = {},
): Promise<T> {
  const { source } = spec;
  const neon = await neonClient(deps, spec);
  const access = await deps.sources.find(source, neon);
  try {
    const url = withDatabase(access.ownerUrl, source.database);
    const options = { ...connectOptions(deps), ...more };
    return await withClient(connectSource({ url, tls: source.tls }, options), (client) =>
      use({ client, access, neon }),
    );
  } catch (error) {
    if (error instanceof SystemError && isOutdated(error.info)) deps.sources.forget(source);
    throw error;
  }
}

/** A session as another role on the same database; its password was never anywhere but here. */
export async function withSourceAs<T>(
  deps: Deps,
  spec: PipelineSpec,
  login: { access: SourceAccess; user: string; password: string },
  use: (client: SqlClient) => Promise<T>,
): Promise<T> {
  deps.secrets.remember(login.password);
  const url = new URL(withDatabase(login.access.ownerUrl, spec.source.database));
  url.username = encodeURIComponent(login.user);
  url.password = encodeURIComponent(login.password);
  return withClient(connectSource({ url: url.href, tls: spec.source.tls }, connectOptions(deps)), use);
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
