import type { Orphan } from '../../core/plan/facts';
import { writeMark } from '../../core/plan/ownership';
import { isNamed } from '../../core/objects/cluster/orphans';
import type { PipelineSpec } from '../../core/spec/types';
import type { SqlClient } from '../sql-client';
import { readOthers } from './cluster';

/** All of our own login's that carries the pipeline's mark and that the file does not name. Ids of clusters and items look alike. */
export async function readOrphans(client: SqlClient, spec: PipelineSpec): Promise<Orphan[]> {
  const { database, schema, names } = spec.materialize;
  const marked = await client.query<Omit<Orphan, 'otherObjects'>>(
    `SELECT k.object_type AS kind, d.name AS database, n.name AS schema, x.name
     FROM mz_internal.mz_comments k
     JOIN mz_catalog.mz_objects x ON x.id = k.id
     JOIN mz_catalog.mz_schemas n ON n.id = x.schema_id
     JOIN mz_catalog.mz_databases d ON d.id = n.database_id
     JOIN mz_catalog.mz_roles o ON o.id = x.owner_id AND o.name = current_user
     WHERE k.comment = $1 AND k.object_sub_id IS NULL AND k.object_type IN ('source', 'connection', 'secret')
     UNION ALL
     SELECT k.object_type, d.name, NULL, x.name
     FROM mz_internal.mz_comments k
     JOIN mz_catalog.mz_schemas x ON x.id = k.id
     JOIN mz_catalog.mz_databases d ON d.id = x.database_id
     JOIN mz_catalog.mz_roles o ON o.id = x.owner_id AND o.name = current_user
     WHERE k.comment = $1 AND k.object_type = 'schema'
     UNION ALL
     SELECT k.object_type, NULL, NULL, x.name
     FROM mz_internal.mz_comments k
     JOIN mz_catalog.mz_clusters x ON x.id = k.id
     JOIN mz_catalog.mz_roles o ON o.id = x.owner_id AND o.name = current_user
     WHERE k.comment = $1 AND k.object_type = 'cluster'
     ORDER BY 1, 2, 3, 4`,
    [writeMark(spec.name)],
  );
  const source = { database, schema, name: names.source };
  return Promise.all(
    marked
      .filter((one) => !isNamed(spec, one))
      .map(async (found) => ({
        ...found,
        otherObjects: found.kind === 'cluster' ? await readOthers(client, found.name, source) : [],
      })),
  );
}
