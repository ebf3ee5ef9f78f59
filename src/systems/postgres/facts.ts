import { isIn } from '../../core/objects/tables/find';
import type { PoolerFacts } from '../../core/objects/connection/poolers';
import type { NeonFacts, SourceFacts } from '../../core/plan/facts';
import type { SourceSpec } from '../../core/spec/types';
import type { SqlClient } from '../sql-client';
import { readOpenTransactions } from './activity';
import { readRole } from './role';
import { readClaims, readOwnPublications, readPublication, readServer, type ServerFacts } from './server';
import { readStandbyFacts } from './standby';
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
    /** The server that Materialize reads, where `client` is its primary. */
    replica?: SqlClient | undefined;
  },
): Promise<SourceFacts> {
  const { pipeline, source, reachable, neon, pooler, replica } = input;
  const listed = readSelection(client, source.tables);
  // What does not hang on another answer is asked at once.
  const [server, selected, tables, role, publication, own, claims, openTransactions, defaultPrivileges, found] =
    await Promise.all([
      replica === undefined ? readServer(client) : readPair(client, replica),
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

/** What is set up, and by whom, is the primary's; slots and what they need are of the server that Materialize reads. */
async function readPair(primary: SqlClient, replica: SqlClient): Promise<ServerFacts & Pick<SourceFacts, 'replica'>> {
  const [server, read, facts] = await Promise.all([
    readServer(primary),
    readServer(replica),
    readStandbyFacts(primary, replica),
  ]);
  const { maxReplicationSlots, usedReplicationSlots, maxWalSenders, usedWalSenders } = read;
  const { maxSlotWalKeepSize, idleSlotTimeoutMs, slots } = read;
  return {
    ...server,
    ...{ maxReplicationSlots, usedReplicationSlots, maxWalSenders, usedWalSenders },
    ...{ maxSlotWalKeepSize, idleSlotTimeoutMs, slots },
    // Both have to be logical.
    walLevel: server.walLevel === 'logical' ? read.walLevel : server.walLevel,
    replica: facts,
  };
}
