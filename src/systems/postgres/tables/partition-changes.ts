import { holdStill, OURS } from '../../../core/sql/foreign-code';
import { qualified } from '../../../core/sql/quote';
import { parentsDue } from '../../../core/watch/readings/partitions';
import type { PartitionsReading, WatchMemory } from '../../../core/watch/types';
import { isStatementRefused } from '../../errors';
import type { SqlClient } from '../../sql-client';
import { leavesOf, WANTED } from './partitions';
import { hidesRows } from './row-security';
import type { TableName as UpstreamTable } from '../../../core/sql/upstream';

/** Partitions that came since the check before and are looked into; a load brings them by dozens. */
const NEW_AT_MOST = 20;
/** From the front of a partition: rows that were there before it came are there. */
const FRONT = 1000;
/** Far more than a query can name. */
const BOUNDS_AT_MOST = 10_000;

const PARENTS = `${WANTED} AND c.relkind = 'p'`;

/**
 * The partitioned tables among those, each with a fingerprint of its leaves and of where their rows are (TRUNCATE puts them
 * elsewhere). Transactions from `xid` on were not all over when this was read. Null where none is partitioned.
 */
export async function readPartitionChanges(
  client: SqlClient,
  tables: readonly UpstreamTable[],
  memory: Pick<WatchMemory, 'partitions'> | null,
): Promise<PartitionsReading | null> {
  if (tables.length === 0) return null;
  const names = [tables.map((t) => t.schema), tables.map((t) => t.name)];
  const rows = await client.query<UpstreamTable & { oid: number; leaves: string; xid: string; lsn: string }>(
    `${leavesOf(PARENTS)}
     SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name,
            pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot())::text AS xid,
            (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                  ELSE pg_catalog.pg_current_wal_insert_lsn() END)::text AS lsn,
            (SELECT pg_catalog.left(pg_catalog.md5(coalesce(pg_catalog.string_agg(
                      l.oid || ':' || l.relfilenode, ',' ORDER BY l.oid), '')), 12)
             FROM leaf l WHERE l.root = c.oid) AS leaves
     FROM (${PARENTS}) AS w
     JOIN pg_catalog.pg_class c ON c.oid = w.oid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY 2, 3`,
    names,
  );
  const [first] = rows;
  if (first === undefined) return null;
  const known = memory?.partitions;
  const changed = rows.filter(({ oid, leaves }) =>
    known?.parents.some((parent) => parent.oid === oid && parent.leaves !== leaves),
  );
  const came = known ? await readCameFilled(client, changed, known.xid) : new Map<number, UpstreamTable[]>();
  const due = parentsDue(memory);
  const filled = await readBounds(
    client,
    rows.filter(({ oid }) => due.includes(oid)),
  );
  return {
    xid: first.xid,
    lsn: first.lsn,
    parents: rows.map(({ oid, schema, name, leaves }) => ({
      ...{ oid, schema, name, leaves, cameFilled: came.get(oid) ?? [] },
      ...(filled.has(oid) ? { filled: filled.get(oid) } : {}),
    })),
  };
}

/** What the partitions that have rows may hold. Of a table with rows in its default partition: null, they may be any. */
async function readBounds(client: SqlClient, roots: readonly { oid: number }[]): Promise<Map<number, string[] | null>> {
  if (roots.length === 0) return new Map();
  const oids = roots.map(({ oid }) => oid);
  const rows = await client.query<{ root: number; constraint: string | null; rest: boolean }>(
    `${leavesOf('SELECT r.oid FROM pg_catalog.unnest($1::oid[]) AS r(oid)')}
     SELECT l.root, pg_catalog.pg_get_partition_constraintdef(l.oid) AS constraint,
            pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' AS rest
     FROM leaf l JOIN pg_catalog.pg_class c ON c.oid = l.oid
     WHERE l.relkind <> 'r' OR pg_catalog.pg_relation_size(l.oid) > 0
     ORDER BY l.root, l.oid LIMIT ${BOUNDS_AT_MOST + 1}`,
    [oids],
  );
  return new Map(
    oids.map((oid) => {
      const own = rows.filter(({ root }) => root === oid);
      const untold = rows.length > BOUNDS_AT_MOST || own.some(({ constraint, rest }) => constraint === null || rest);
      return [oid, untold ? null : own.flatMap(({ constraint }) => constraint ?? [])];
    }),
  );
}

/**
 * Of leaves that came since transaction `xid`, those with a row that is older: it was there before, and never sent. Nothing is
 * read of a table that we may not read, or in which code of somebody else would run as us.
 */
async function readCameFilled(
  client: SqlClient,
  roots: readonly { oid: number }[],
  xid: string,
): Promise<Map<number, UpstreamTable[]>> {
  const found = new Map<number, UpstreamTable[]>();
  if (roots.length === 0) return found;
  const leaves = await client.query<UpstreamTable & { root: number; oid: number; foreign: boolean }>(
    `${leavesOf('SELECT r.oid FROM pg_catalog.unnest($1::oid[]) AS r(oid)')}
     SELECT l.root, l.oid, l.schema, l.name, NOT ${OURS} AS "foreign"
     FROM leaf l
     JOIN pg_catalog.pg_inherits i ON i.inhrelid = l.oid
     JOIN pg_catalog.pg_class c ON c.oid = l.oid
     WHERE l.relkind = 'r' AND pg_catalog.pg_relation_size(l.oid) > 0
       AND pg_catalog.age(i.xmin) BETWEEN 0
           AND pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot()) - $2::bigint
       AND pg_catalog.has_table_privilege(l.oid, 'SELECT')
       AND pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')
       AND NOT ${hidesRows('current_user')}
     ORDER BY l.oid DESC LIMIT ${NEW_AT_MOST}`,
    [roots.map(({ oid }) => oid), xid],
  );
  for (const { root, oid, foreign, schema, name } of leaves) {
    if (await holdsOlder(client, { schema, name }, oid, foreign)) {
      found.set(root, [...(found.get(root) ?? []), { schema, name }]);
    }
  }
  return found;
}

/** Within one transaction commands are counted: a row of one before the partition came was not sent either. */
async function holdsOlder(client: SqlClient, leaf: UpstreamTable, oid: number, foreign: boolean): Promise<boolean> {
  const held = holdStill(leaf, { only: true, foreign });
  try {
    const [row] = await client.query<{ older: boolean | null }>(
      `${held}; SELECT pg_catalog.bool_or(pg_catalog.age(f.xmin) > pg_catalog.age(i.xmin)
                OR (f.xmin = i.xmin AND f.cmin::text::bigint < i.cmin::text::bigint)) AS older
       FROM (SELECT t.xmin, t.cmin FROM ONLY ${qualified(leaf.schema, leaf.name)} AS t LIMIT ${FRONT}) AS f
       JOIN pg_catalog.pg_inherits i ON i.inhrelid = ${Math.trunc(oid)}`,
    );
    return row?.older === true;
  } catch (error) {
    if (foreign && isStatementRefused(error)) return false;
    throw error;
  }
}
