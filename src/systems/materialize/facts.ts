import type { TargetFacts } from '../../core/plan/facts';
import type { PipelineSpec } from '../../core/spec/types';
import type { SqlClient } from '../sql-client';
import { readCluster } from './cluster';
import { readConnection, readSchema, readSecret } from './items';
import { readEgressCidrs, readForcesSourceTables, readLimits, readMissingPrivileges, readSizes } from './server';
import { readSource } from './source';
import { readStrays } from './strays';

/** Everything a plan needs to know in Materialize. Reads only. */
export async function readTargetFacts(client: SqlClient, spec: PipelineSpec): Promise<TargetFacts> {
  const { database, schema, cluster, names } = spec.materialize;
  const item = (name: string) => ({ database, schema, name });
  const [server] = await client.query<{ version: string; num: number; user: string }>(
    'SELECT mz_version() AS version, mz_version_num() AS num, current_user AS "user"',
  );
  const { databaseExists, ...schemaFacts } = await readSchema(client, database, schema);
  const clusterFacts = await readCluster(client, cluster.name, item(names.source));
  return {
    version: server?.version ?? '',
    versionNum: server?.num ?? 0,
    forcesSourceTables: await readForcesSourceTables(client),
    user: server?.user ?? '',
    missingPrivileges: databaseExists
      ? await readMissingPrivileges(client, {
          database,
          schema: schemaFacts.exists ? schema : null,
          cluster: clusterFacts === null ? null : cluster.name,
        })
      : [],
    egressCidrs: await readEgressCidrs(client),
    sizes: await readSizes(client),
    limits: await readLimits(client),
    databaseExists,
    schema: schemaFacts,
    cluster: clusterFacts,
    secret: await readSecret(client, item(names.secret)),
    connection: await readConnection(client, item(names.connection)),
    source: await readSource(client, item(names.source)),
    strays: await readStrays(client, spec),
    schemaItems: await client.query<{ id: string; name: string; type: string }>(
      `SELECT o.id, o.name, o.type FROM mz_catalog.mz_objects o
       JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
       JOIN mz_catalog.mz_databases d ON d.id = n.database_id
       WHERE d.name = $1 AND n.name = $2 ORDER BY o.name, o.id`,
      [database, schema],
    ),
  };
}
