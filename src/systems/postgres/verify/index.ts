import { beginReading, END_READING, type Statement, WAL_END } from '../../../core/sql/verify/rows';
import { hasForeign } from '../../../core/sql/foreign-code';
import type { ComparedTable, KeyColumn } from '../../../core/verify/types';
import type { SqlClient } from '../../sql-client';
import type { UpstreamTable } from '../tables';

/** What has to be known of a table upstream to compare it. */
export interface VerifiableTable {
  columns: { name: string; typeOid: number }[];
  /** Its rows are in its partitions. */
  partitioned: boolean;
  /** It or a partition has an owner who could not act as us. */
  foreign: boolean;
  /** Other tables inherit from it: a copy read their rows, too. */
  inherited: boolean;
  /** Unique, without nulls, and of types that both systems order alike; null where there is none. */
  key: KeyColumn[] | null;
  /** Columns of a key of whatever types; empty where there is none. */
  names: string[];
  /** Null where it was never analysed. */
  estimatedRows: number | null;
  bytes: number;
}

/** Types of key columns that Materialize orders as Postgres does, with the type their texts are cast to. */
const ORDERED: Record<string, string> = {
  ...{ int2: 'int2', int4: 'int4', int8: 'int8', numeric: 'numeric', uuid: 'uuid', date: 'date' },
  ...{ timestamp: 'timestamp', timestamptz: 'timestamptz', text: 'text', varchar: 'text' },
};

/**
 * Texts are ordered by bytes in Materialize, so a key of texts counts where upstream's collation does the same: C, POSIX and
 * C.UTF-8 of the C library, and all of the built-in provider.
 */
const TABLE = `
  WITH wanted AS (
    SELECT c.oid, c.relkind, c.reltuples, c.relpages FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')
  ), collations AS (
    SELECT l.oid, CASE l.collprovider
        WHEN 'c' THEN l.collcollate ~* '^(C|POSIX|C[.]utf-?8)$'
        WHEN 'd' THEN (
          SELECT CASE coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c')
            WHEN 'c' THEN d.datcollate ~* '^(C|POSIX|C[.]utf-?8)$' ELSE pg_catalog.to_jsonb(d) ->> 'datlocprovider' = 'b' END
          FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        ELSE l.collprovider = 'b' END AS by_bytes
    FROM pg_catalog.pg_collation l
  )
  SELECT w.relkind = 'p' AS partitioned,
    ${hasForeign('w.oid')} AS "foreign",
    w.relkind <> 'p' AND EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhparent = w.oid) AS inherited,
    CASE WHEN w.reltuples < 0 OR (w.reltuples = 0 AND w.relpages = 0) THEN NULL ELSE w.reltuples::float8 END AS rows,
    pg_catalog.pg_table_size(w.oid)::text AS bytes,
    (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'typeOid', a.atttypid::int8) ORDER BY a.attnum), '[]')
     FROM pg_catalog.pg_attribute a WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    (SELECT coalesce(pg_catalog.json_agg(k.columns ORDER BY k.first DESC, k.number), '[]') FROM (
       SELECT i.indisprimary AS first, i.indexrelid AS number,
         pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'type', y.typname, 'nullable', NOT a.attnotnull,
           'ordered', coalesce(l.by_bytes, true)) ORDER BY e.at) AS columns
       FROM pg_catalog.pg_index i
       CROSS JOIN LATERAL pg_catalog.generate_series(0, i.indnkeyatts - 1) AS e (at)
       JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[e.at]
       JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
       LEFT JOIN collations l ON l.oid = i.indcollation[e.at]
       WHERE i.indrelid = w.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
         AND i.indexprs IS NULL
       GROUP BY i.indexrelid, i.indisprimary) AS k) AS keys
  FROM wanted w`;

interface Row {
  partitioned: boolean;
  foreign: boolean;
  inherited: boolean;
  rows: number | null;
  bytes: string;
  columns: VerifiableTable['columns'];
  keys: { name: string; type: string; nullable: boolean; ordered: boolean }[][];
}

/** Null where there is no such table. */
export async function readVerifiable(
  client: SqlClient,
  { schema, name }: UpstreamTable,
): Promise<VerifiableTable | null> {
  const [row] = await client.query<Row>(TABLE, [schema, name]);
  if (row === undefined) return null;
  const { partitioned, foreign, inherited, columns } = row;
  const key = row.keys.find((columnsOfKey) =>
    columnsOfKey.every(({ type, nullable, ordered }) => type in ORDERED && ordered && !nullable),
  );
  const naming = key ?? row.keys.find((columnsOfKey) => columnsOfKey.every(({ nullable }) => !nullable)) ?? [];
  return {
    ...{ partitioned, foreign, inherited, columns },
    names: naming.map(({ name: column }) => column),
    key: key?.map(({ name: column, type }) => ({ name: column, type: ORDERED[type] ?? type })) ?? null,
    estimatedRows: row.rows === null ? null : Math.round(row.rows),
    bytes: Number(row.bytes),
  };
}

/** A reading of one moment: nothing else is in its transaction, which is over when the answer is here. */
export interface Moment<T> {
  value: T;
  /** Whatever the reading shows was in the WAL before this. */
  lsn: bigint;
  ms: number;
}

export type Ask = <R extends object>(statement: Statement) => Promise<R[]>;

/**
 * Reads one table in a short transaction whose snapshot holds no row back for longer than the statements take. The deadline is of
 * each statement.
 */
export async function readMoment<T>(
  client: SqlClient,
  table: ComparedTable,
  deadlineMs: number,
  read: (ask: Ask) => Promise<T>,
): Promise<Moment<T>> {
  const began = Date.now();
  try {
    await client.query(beginReading(table));
    const value = await read(({ sql, params }) => client.query(sql, params, deadlineMs));
    const [end] = await client.query<{ lsn: string }>(WAL_END);
    return { value, lsn: BigInt(end?.lsn ?? '0'), ms: Date.now() - began };
  } finally {
    await client.query(END_READING).catch(() => undefined);
  }
}
