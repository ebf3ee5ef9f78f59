import type { TablePublication } from '../../../core/objects/publication/facts';
import type { SqlClient } from '../../sql-client';

/** Column lists, row filters and whole schemas came with 15, generated columns with 18. */
const LISTS = 150_000;
const GENERATED = 180_000;

/**
 * Which publications publish each table, and how, by the same rules as Postgres' own RelationBuildPublicationDesc: a
 * partition is also in those of its ancestors, under whose topmost name it goes where the publication says so, and then
 * with that one's list and filter.
 */
const publications = (versionNum: number): string => `
  WITH RECURSIVE line AS (
    SELECT t.oid AS tbl, t.oid AS rel, 0 AS depth FROM pg_catalog.unnest($1::oid[]) AS t(oid)
    UNION ALL
    SELECT l.tbl, i.inhparent, l.depth + 1
    FROM line l
    JOIN pg_catalog.pg_class c ON c.oid = l.rel AND c.relispartition
    JOIN pg_catalog.pg_inherits i ON i.inhrelid = l.rel
  ), member AS (
    SELECT l.tbl, l.rel, l.depth, r.prpubid AS pub, 'table' AS via
    FROM line l JOIN pg_catalog.pg_publication_rel r ON r.prrelid = l.rel
    ${
      versionNum >= LISTS
        ? `UNION ALL
    SELECT l.tbl, l.rel, l.depth, s.pnpubid, 'schema'
    FROM line l
    JOIN pg_catalog.pg_class c ON c.oid = l.rel
    JOIN pg_catalog.pg_publication_namespace s ON s.pnnspid = c.relnamespace`
        : ''
    }
    UNION ALL
    SELECT l.tbl, NULL, 0, p.oid, 'all'
    FROM line l CROSS JOIN pg_catalog.pg_publication p WHERE p.puballtables AND l.depth = 0
  ), published AS (
    SELECT m.tbl, m.pub, pg_catalog.max(m.depth) AS depth,
           CASE WHEN pg_catalog.bool_or(m.via = 'table') THEN 'table'
                WHEN pg_catalog.bool_or(m.via = 'schema') THEN 'schema' ELSE 'all' END AS via
    FROM member m GROUP BY m.tbl, m.pub
  )
  SELECT b.tbl AS oid, p.pubname::text AS name, pg_catalog.pg_get_userbyid(p.pubowner)::text AS owner,
         pg_catalog.pg_has_role(p.pubowner, 'USAGE') AS "ownedByUs", b.via,
         pg_catalog.json_build_object('schema', en.nspname, 'name', e.relname) AS entry,
         pg_catalog.json_build_object('insert', p.pubinsert, 'update', p.pubupdate, 'delete', p.pubdelete,
                                      'truncate', p.pubtruncate) AS publishes,
         ${
           versionNum >= LISTS
             ? `CASE WHEN r.prattrs IS NOT NULL THEN
           ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs) ORDER BY a.attnum) END`
             : 'NULL::text[]'
         } AS columns,
         ${versionNum >= LISTS ? 'r.prqual IS NOT NULL' : 'false'} AS filtered,
         ${versionNum >= GENERATED ? `CASE p.pubgencols WHEN 's' THEN 'stored' ELSE 'none' END` : `'none'`}
           AS "generatedColumns"
  FROM published b
  JOIN pg_catalog.pg_publication p ON p.oid = b.pub
  JOIN line own ON own.tbl = b.tbl
   AND own.depth = CASE WHEN (pg_catalog.to_jsonb(p) ->> 'pubviaroot')::bool THEN b.depth ELSE 0 END
  JOIN pg_catalog.pg_class e ON e.oid = own.rel
  JOIN pg_catalog.pg_namespace en ON en.oid = e.relnamespace
  LEFT JOIN pg_catalog.pg_publication_rel r
    ON r.prpubid = b.pub AND r.prrelid = own.rel AND NOT p.puballtables
  ORDER BY b.tbl, p.pubname`;

/** By the table's OID; a table that nobody publishes is left out. */
export async function readTablePublications(
  client: SqlClient,
  oids: readonly number[],
  versionNum: number,
): Promise<Map<number, TablePublication[]>> {
  const rows = await client.query<TablePublication & { oid: number }>(publications(versionNum), [oids]);
  const found = new Map<number, TablePublication[]>();
  for (const { oid, ...publication } of rows) found.set(oid, [...(found.get(oid) ?? []), publication]);
  return found;
}
