import type { Features } from '../../version';

/** Relations that not every version has, made anew at each start. */
const relations: [feature: keyof Features, name: string, query: string][] = [
  [
    'backgroundResize',
    'mz_cluster_reconfigurations',
    `SELECT r.cluster_id, r.status, ((extract(epoch FROM r.deadline) * 1000)::int8)::text AS deadline,
       'rollback'::text AS on_timeout,
       jsonb_build_object('arrangement_compression', false, 'availability_zones', '[]'::jsonb, 'logging',
         '{"interval": {"nanos": 0, "secs": 1}, "log_logging": false}'::jsonb,
         'replication_factor', r.replication_factor, 'size', r.size) AS target,
       CASE r.status WHEN 'in-progress' THEN jsonb_build_object('size', r.size) ELSE '{}'::jsonb END AS changes
     FROM mz_store.reconfigurations r`,
  ],
  [
    'autoScaling',
    'mz_cluster_auto_scaling_strategies',
    `SELECT c.id AS cluster_id, c.strategy, '{}'::jsonb AS state FROM mz_store.clusters c WHERE c.strategy IS NOT NULL`,
  ],
];

/** Statements that leave exactly the relations which a version with these features has. */
export const byVersionSql = (features: Features): string[] => [
  ...relations.flatMap(([feature, name, query]) => [
    `DROP VIEW IF EXISTS mz_internal.${name}`,
    ...(features[feature] ? [`CREATE VIEW mz_internal.${name} AS ${query}`] : []),
    `DELETE FROM mz_store.items WHERE name = '${name}' AND id LIKE 's%'`,
    ...(features[feature]
      ? [
          `INSERT INTO mz_store.items (id, oid, schema_id, name, type, owner_id, cluster_id)
           SELECT 's' || nextval('mz_store.oids'), nextval('mz_store.oids'), s.id, '${name}', 'materialized-view', 's1', 's2'
           FROM mz_store.schemas s WHERE s.name = 'mz_internal' AND s.database_id IS NULL`,
        ]
      : []),
  ]),
  `CREATE OR REPLACE VIEW mz_internal.mz_postgres_source_tables AS SELECT id, schema_name,
     ${features.bareNames ? 'table_name' : 'mz_store.quoted_if_needed(table_name)'} AS table_name FROM mz_store.ingested_tables`,
];
