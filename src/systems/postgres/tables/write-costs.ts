import type { TableFacts } from '../../../core/objects/tables/facts';
import type { SqlClient } from '../../sql-client';

type WriteCost = Pick<TableFacts, 'rowBytes' | 'written'>;

/**
 * The width of a row: what ANALYZE saw, where values out of line count as their pointers, and so the TOAST table's part
 * of a row besides. Counters of a database run since they were reset, or else since the server lost all of them, which
 * its own counters remember. A database that is younger than its server seems calmer than it is.
 */
const COSTS = `
  WITH since AS (
    SELECT coalesce(
      pg_catalog.pg_stat_get_db_stat_reset_time(d.oid),
      (SELECT least(a.stats_reset, pg_catalog.pg_stat_get_bgwriter_stat_reset_time())
       FROM pg_catalog.pg_stat_archiver a)) AS at
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
  )
  SELECT c.oid,
         CASE WHEN c.reltuples > 0 THEN pg_catalog.round((
           coalesce((SELECT pg_catalog.sum(s.avg_width * (1 - s.null_frac)) FROM pg_catalog.pg_stats s
                     WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND NOT s.inherited),
                    pg_catalog.pg_relation_size(c.oid) / c.reltuples)
           + coalesce(pg_catalog.pg_relation_size(nullif(c.reltoastrelid, 0)) / c.reltuples, 0))::numeric)::float8
         END AS "rowBytes",
         (pg_catalog.pg_stat_get_tuples_updated(c.oid) + pg_catalog.pg_stat_get_tuples_deleted(c.oid))::float8 AS changes,
         extract(epoch FROM pg_catalog.clock_timestamp() - since.at)::float8 AS seconds
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN since
  WHERE c.oid = ANY ($1::oid[])`;

/** What the old row of each update and delete weighs, and how many there are, by the table's OID; of a partitioned one by its leaves. */
export async function readWriteCosts(
  client: SqlClient,
  oids: readonly number[],
  partitioned: ReadonlyMap<number, { leaves: number[] }>,
): Promise<Map<number, WriteCost>> {
  const leaves = [...partitioned.values()].flatMap((one) => one.leaves);
  const rows = await client.query<CostRow>(COSTS, [[...new Set([...oids, ...leaves])]]);
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  return new Map(
    oids.flatMap((oid) => {
      const parts = partitioned.get(oid)?.leaves.flatMap((leaf) => byOid.get(leaf) ?? []);
      const row = parts ? together(oid, parts) : byOid.get(oid);
      return row ? [[oid, costOf(row)] as const] : [];
    }),
  );
}

const costOf = ({ rowBytes, changes, seconds }: CostRow): WriteCost => ({
  rowBytes,
  written: seconds === null || seconds <= 0 ? null : { changes, seconds },
});

/** A row weighs what rows of those weigh that are written. */
function together(oid: number, parts: CostRow[]): CostRow {
  const known = parts.filter(({ rowBytes }) => rowBytes !== null);
  const weight = ({ changes }: CostRow): number => changes + 1;
  const total = known.reduce((sum, part) => sum + weight(part), 0);
  const bytes = known.reduce((sum, part) => sum + (part.rowBytes ?? 0) * weight(part), 0);
  return {
    oid,
    rowBytes: known.length === 0 ? null : Math.round(bytes / total),
    changes: parts.reduce((sum, part) => sum + part.changes, 0),
    seconds: parts[0]?.seconds ?? null,
  };
}

interface CostRow {
  oid: number;
  rowBytes: number | null;
  changes: number;
  seconds: number | null;
}
