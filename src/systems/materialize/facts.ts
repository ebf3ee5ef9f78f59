import type { SourceObjectFacts } from '../../core/objects/source/facts';
import type { TargetFacts } from '../../core/plan/facts';
import type { PipelineSpec } from '../../core/spec/types';
import type { ItemName } from '../../core/sql/items';
import type { SqlClient } from '../sql-client';
import { clusterExists, readCluster, readClusterRelations } from './cluster';
import { readConnection, readSchema, readSecret } from './items';
import {
  readCredits,
  readEgressCidrs,
  readForcesSourceTables,
  readLimits,
  readMissingPrivileges,
  readSizes,
} from './server';
import { readColumns, readSource } from './source';
import { readOrphans } from './orphans';

/**
 * Everything a plan needs to know in Materialize. Reads only. Questions that do not hang on each other go out at once: on a
 * server far away what counts is how many answers are waited for one after the other.
 */
export async function readTargetFacts(client: SqlClient, spec: PipelineSpec): Promise<TargetFacts> {
  const { database, schema, cluster, names } = spec.materialize;
  const item = (name: string) => ({ database, schema, name });
  const found = readSchema(client, database, schema);
  const changes = readClusterRelations(client);
  const wanted = Promise.all([found, clusterExists(client, cluster.name)]).then(([there, exists]) =>
    there.databaseExists
      ? { database, schema: there.exists ? schema : null, cluster: exists ? cluster.name : null }
      : null,
  );
  const [
    [server],
    { databaseExists, ...schemaFacts },
    clusterFacts,
    missingPrivileges,
    forcesSourceTables,
    relations,
    egressCidrs,
    sizeFacts,
    credits,
    limits,
    secret,
    connection,
    source,
    orphans,
    schemaItems,
  ] = await Promise.all([
    client.query<{ version: string; num: number; user: string }>(
      'SELECT mz_version() AS version, mz_version_num() AS num, current_user AS "user"',
    ),
    found,
    readCluster(client, cluster.name, item(names.source), changes),
    readMissingPrivileges(client, wanted),
    readForcesSourceTables(client),
    changes,
    readEgressCidrs(client),
    readSizes(client),
    readCredits(client),
    readLimits(client),
    readSecret(client, item(names.secret)),
    readConnection(client, item(names.connection)),
    readSourceWithColumns(client, item(names.source)),
    readOrphans(client, spec),
    client.query<{ id: string; name: string; type: string }>(
      `SELECT o.id, o.name, o.type FROM mz_catalog.mz_objects o
       JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
       JOIN mz_catalog.mz_databases d ON d.id = n.database_id
       WHERE d.name = $1 AND n.name = $2 ORDER BY o.name, o.id`,
      [database, schema],
    ),
  ]);
  return {
    version: server?.version ?? '',
    versionNum: server?.num ?? 0,
    user: server?.user ?? '',
    ...{ forcesSourceTables, missingPrivileges, egressCidrs, credits, limits },
    ...sizeFacts,
    resizesInBackground: relations.has('mz_cluster_reconfigurations'),
    databaseExists,
    schema: schemaFacts,
    cluster: clusterFacts,
    ...{ secret, connection, source, orphans, schemaItems },
  };
}

async function readSourceWithColumns(client: SqlClient, name: ItemName): Promise<SourceObjectFacts | null> {
  const [source, columns] = await Promise.all([readSource(client, name), readColumns(client, name)]);
  if (source === null) return null;
  // One that came between the two looks has none: nobody looked.
  return { ...source, children: source.children.map((child) => ({ ...child, columns: columns.get(child.id) })) };
}
