import type { NeonFacts, SourceFacts } from '../../core/plan/facts';
import type { SourceSpec } from '../../core/spec/types';
import type { SqlClient } from '../sql-client';
import { readOpenTransactions } from './activity';
import { readClaims, readOwnPublications, readPublication, readRole, readServer } from './server';
import { listTables, readDefaultPrivileges, readTables } from './tables';

/** A host whose first label ends in `-pooler` is Neon's PgBouncer, through which replication cannot go. */
export const isPooledHost = (host: string): boolean => /^[^.]+-pooler(\.|$)/i.test(host);

/** Everything a plan needs to know upstream. `reachable`: where Materialize will connect. Reads only. */
export async function readSourceFacts(
  client: SqlClient,
  input: {
    pipeline: string;
    source: SourceSpec;
    reachable: { host: string; port: number; unknown?: boolean };
    neon: NeonFacts | null;
  },
): Promise<SourceFacts> {
  const { pipeline, source, reachable, neon } = input;
  const server = await readServer(client);
  const selected = await listTables(client, source.tables);
  const tables = await readTables(client, selected, source.role.name);
  const found = new Set(tables.map((table) => JSON.stringify([table.schema, table.name])));
  return {
    ...server,
    host: reachable.host,
    port: reachable.port,
    unknownHost: reachable.unknown ?? false,
    pooledHost: isPooledHost(reachable.host),
    role: await readRole(client, source.role.name),
    publication: await readPublication(client, source.publication),
    recordExists: (await readOwnPublications(client, pipeline)).length > 0,
    claims: await readClaims(client, pipeline),
    tables,
    missingTables: selected.filter((table) => !found.has(JSON.stringify([table.schema, table.name]))),
    openTransactions: await readOpenTransactions(client),
    defaultPrivileges: await readDefaultPrivileges(client, source.role.name),
    neon,
  };
}
