import { isIn } from '../../core/objects/tables/find';
import type { PoolerFacts } from '../../core/objects/connection/poolers';
import type { NeonFacts, SourceFacts } from '../../core/plan/facts';
import type { SourceSpec } from '../../core/spec/types';
import type { SqlClient } from '../sql-client';
import { readOpenTransactions } from './activity';
import { readRole } from './role';
import { readClaims, readOwnPublications, readPublication, readServer } from './server';
import { readDefaultPrivileges, readSelection, readTables } from './tables';

/** Everything a plan needs to know upstream. `reachable`: where Materialize will connect. Reads only. */
export async function readSourceFacts(
  client: SqlClient,
  input: {
    pipeline: string;
    source: SourceSpec;
    reachable: { host: string; port: number; unknown?: boolean };
    neon: NeonFacts | null;
    /** What is asked at the same time; absent: nobody looks. */
    pooler?: Promise<PoolerFacts | null>;
  },
): Promise<SourceFacts> {
  const { pipeline, source, reachable, neon, pooler } = input;
  const listed = readSelection(client, source.tables);
  // What does not hang on another answer is asked at once.
  const [server, selected, tables, role, publication, own, claims, openTransactions, defaultPrivileges, found] =
    await Promise.all([
      readServer(client),
      listed,
      listed.then((selected) => readTables(client, selected.tables, source.role.name)),
      readRole(client, source.role.name),
      readPublication(client, source.publication),
      readOwnPublications(client, pipeline),
      readClaims(client, pipeline),
      readOpenTransactions(client),
      readDefaultPrivileges(client, source.role.name),
      pooler ?? null,
    ]);
  return {
    ...server,
    host: reachable.host,
    port: reachable.port,
    unknownHost: reachable.unknown ?? false,
    pooler: found,
    role,
    publication,
    recordExists: own.length > 0,
    claims,
    tables,
    selection: selected.facts,
    missingTables: selected.tables.filter((table) => !isIn(tables, table)),
    openTransactions,
    defaultPrivileges,
    neon,
  };
}
