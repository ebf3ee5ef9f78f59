import { quoteText } from '../catalog/store';

/** SELECTs behind the SHOW commands; each names the columns as recorded, rows in name order. */

const comment = (kind: string, id: string): string =>
  `coalesce((SELECT c.comment FROM mz_internal.mz_comments c WHERE c.id = ${id} AND c.object_type = ${kind}
    AND c.object_sub_id IS NULL), '') AS comment`;

const cluster = (id: string): string => `(SELECT c.name FROM mz_catalog.mz_clusters c WHERE c.id = ${id}) AS cluster`;

const inSchema = (schemaId: string): string => `o.schema_id = ${quoteText(schemaId)}`;
const inCluster = (clusterId: string | null): string =>
  clusterId === null ? '' : ` AND o.cluster_id = ${quoteText(clusterId)}`;

const activity = `(SELECT 'reconfiguring size to ' || f.size FROM mz_store.reconfigurations f
      WHERE f.cluster_id = k.id AND f.status = 'in-progress') AS activity,`;

/** `background`: versions that resize in the background say so. */
export const clusters = (background: boolean): string => `SELECT k.name,
    (SELECT string_agg(r.name || ' (' || r.size || ')', ', ' ORDER BY r.name)
      FROM mz_catalog.mz_cluster_replicas r WHERE r.cluster_id = k.id) AS replicas,
    ${background ? activity : ''} ${comment("'cluster'", 'k.id')}
  FROM mz_catalog.mz_clusters k`;

/**
 * `ready` is the hydration of all that runs on the replica. With nothing on it a replica is not ready, but for those the
 * system has made, which serve the catalog.
 */
export const clusterReplicas = `SELECT k.name AS cluster, r.name AS replica, r.size,
    coalesce((SELECT bool_and(h.hydrated) FROM mz_internal.mz_hydration_statuses h
      JOIN mz_catalog.mz_objects o ON o.id = h.object_id
      WHERE h.replica_id = r.id), r.owner_id LIKE 's%') AS ready,
    ${comment("'cluster-replica'", 'r.id')}
  FROM mz_catalog.mz_cluster_replicas r JOIN mz_catalog.mz_clusters k ON k.id = r.cluster_id`;

export const databases = `SELECT d.name, ${comment("'database'", 'd.id')} FROM mz_catalog.mz_databases d`;

export const schemas = (databaseId: string): string =>
  `SELECT s.name, ${comment("'schema'", 's.id')} FROM mz_catalog.mz_schemas s
   WHERE s.database_id IS NULL OR s.database_id = ${quoteText(databaseId)}`;

export const roles = `SELECT r.name, ${comment("'role'", 'r.id')} FROM mz_catalog.mz_roles r WHERE r.id LIKE 'u%'`;

export const sources = (schemaId: string, clusterId: string | null): string =>
  `SELECT o.name, o.type, ${cluster('o.cluster_id')}, ${comment("'source'", 'o.id')}
   FROM mz_catalog.mz_sources o WHERE ${inSchema(schemaId)}${inCluster(clusterId)}`;

export const subsources = (sourceId: string): string =>
  `SELECT o.name, o.type FROM mz_catalog.mz_sources o
   JOIN mz_internal.mz_object_dependencies d
     ON (o.id = d.object_id AND d.referenced_object_id = ${quoteText(sourceId)} AND o.type = 'subsource')
     OR (o.id = d.referenced_object_id AND d.object_id = ${quoteText(sourceId)} AND o.type = 'progress')`;

export const tables = (schemaId: string, sourceId: string | null): string =>
  `SELECT o.name, ${comment("'table'", 'o.id')} FROM mz_catalog.mz_tables o
   WHERE ${inSchema(schemaId)}${sourceId === null ? '' : ` AND o.source_id = ${quoteText(sourceId)}`}`;

/** Secrets and views: a name and a comment. */
export const named = (relation: string, kind: string, schemaId: string): string =>
  `SELECT o.name, ${comment(quoteText(kind), 'o.id')} FROM mz_catalog.${relation} o WHERE ${inSchema(schemaId)}`;

export const materializedViews = (schemaId: string, clusterId: string | null): string =>
  `SELECT o.name, ${cluster('o.cluster_id')}, ${comment("'materialized-view'", 'o.id')}
   FROM mz_catalog.mz_materialized_views o WHERE ${inSchema(schemaId)}${inCluster(clusterId)}`;

export const connections = (schemaId: string): string =>
  `SELECT o.name, o.type, ${comment("'connection'", 'o.id')} FROM mz_catalog.mz_connections o WHERE ${inSchema(schemaId)}`;

export const sinks = (schemaId: string, clusterId: string | null): string =>
  `SELECT o.name, o.type, ${cluster('o.cluster_id')}, ${comment("'sink'", 'o.id')}
   FROM mz_catalog.mz_sinks o WHERE ${inSchema(schemaId)}${inCluster(clusterId)}`;

export const objects = (schemaId: string): string =>
  `SELECT o.name, o.type, ${comment('o.type', 'o.id')} FROM mz_catalog.mz_objects o
   WHERE ${inSchema(schemaId)} AND o.id LIKE 'u%'`;

export const indexes = (schemaId: string | null, clusterId: string | null, onId: string | null): string =>
  `SELECT o.name, r.name AS "on", ${cluster('o.cluster_id')},
     ARRAY(SELECT jsonb_array_elements_text(i.definition->'columns') FROM mz_store.items i WHERE i.id = o.id) AS key,
     ${comment("'index'", 'o.id')}
   FROM mz_catalog.mz_indexes o JOIN mz_catalog.mz_objects r ON r.id = o.on_id
   WHERE true${schemaId === null ? '' : ` AND r.schema_id = ${quoteText(schemaId)}`}${inCluster(clusterId)}${
     onId === null ? '' : ` AND o.on_id = ${quoteText(onId)}`
   }`;

export const columns = (itemId: string): string =>
  `SELECT c.name, c.nullable, c.type,
     coalesce((SELECT m.comment FROM mz_internal.mz_comments m WHERE m.id = c.id AND m.object_sub_id = c.position::int4), '')
       AS comment
   FROM mz_catalog.mz_columns c WHERE c.id = ${quoteText(itemId)} ORDER BY c.position`;
