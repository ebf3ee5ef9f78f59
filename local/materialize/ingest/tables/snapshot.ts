import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { ident, literal, newSnapshotSlotName } from '../../upstream';
import type { DataflowContext } from '../dataflow-context';
import { upstream } from '../errors';
import type { Lsn } from '../stream/lsn';
import { isLive, type RunningTable } from './running-table';
import { checkSchemas } from './schema-check';
import { createSnapshotSlot } from '../stream/slot-life';
import { countUnreadable, physical, setAppliedLsn, setCommitted, StoreTransaction } from '../store';
import { copyLine } from './copy-text';
import { columnList, copyInto, inParentheses, lookupKey } from './table-writer';
import { CopyThrottle, RowRate } from './throttle';
import { castError, mayRefuse } from './unreadable-values';

const upstreamName = ({ upstream: table }: RunningTable): string => `${ident(table.schema)}.${ident(table.name)}`;

/** A plain connection that sees upstream as of the exported snapshot. */
async function openAt(context: DataflowContext, snapshot: string): Promise<Client> {
  const client = await upstream(context.open('plain'));
  await upstream(client.query('BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ'));
  await upstream(client.query(`SET TRANSACTION SNAPSHOT ${literal(snapshot)}`));
  return client;
}

async function isParent(client: Client, table: RunningTable): Promise<boolean> {
  const query = 'SELECT relhassubclass AS parent FROM pg_catalog.pg_class WHERE oid = $1';
  const { rows } = await upstream(client.query<{ parent: boolean }>(query, [table.upstream.oid]));
  return rows[0]?.parent === true;
}

async function countRows(context: DataflowContext, client: Client, tables: RunningTable[]): Promise<void> {
  for (const table of tables) {
    const query = `SELECT count(*)::text AS rows FROM ${upstreamName(table)}`;
    const { rows } = await upstream(client.query<{ rows: string }>(query));
    const counters = context.statistics.of(table.id);
    counters.snapshotKnown = Number(rows[0]!.rows);
    counters.snapshotStaged = 0;
  }
}

async function copyTable(
  context: DataflowContext,
  client: Client,
  transaction: StoreTransaction,
  table: RunningTable,
  rate: RowRate,
): Promise<void> {
  const counters = context.statistics.of(table.id);
  const throttle = new CopyThrottle(rate, (rows, bytes) => {
    counters.messagesReceived += rows;
    counters.bytesReceived += bytes;
    counters.updatesStaged += rows;
    counters.snapshotStaged = (counters.snapshotStaged ?? 0) + rows;
  });
  const columns = columnList(table.upstream);
  // The whole table, not a query: upstream then shows the copy's progress under the table's name. What has partitions or
  // children is asked for with theirs, which only a query does.
  const what = (await isParent(client, table))
    ? `(SELECT ${columns} FROM ${upstreamName(table)})`
    : `${upstreamName(table)}${inParentheses(columns)}`;
  const source = client.query(copyTo(`COPY ${what} TO STDOUT`));
  let upstreamFailure: unknown = null;
  source.on('error', (error) => (upstreamFailure = error));
  const target = transaction.client.query(copyFrom(copyInto(table.id, table.upstream)));
  try {
    await pipeline(source, throttle, target, { signal: context.signal });
  } catch (error) {
    if (upstreamFailure !== null) await upstream(Promise.reject(error as Error));
    throw error;
  }
}

/** Of the copied rows those that cannot be held: what is told of the table, where there are such. */
async function countRefused(
  transaction: StoreTransaction,
  { id, upstream: table }: RunningTable,
): Promise<string | null> {
  if (!mayRefuse(table)) return null;
  const columns = table.columns.map(({ name }) => `${ident(name)}::text`).join(', ');
  const { rows } = await transaction.client.query<(string | null)[]>({
    text: `SELECT ${columns} FROM ${physical(id)} AS t WHERE t::text ~ 'nfinity|24:00|\\[-?\\d+:|\\d{40}'`,
    rowMode: 'array',
  });
  let told: string | null = null;
  for (const row of rows) {
    const message = castError(table, row);
    if (message === null) continue;
    await countUnreadable(transaction.client, id, { line: copyLine(row), message, count: 1 });
    told ??= message;
  }
  return told;
}

async function indexKey(transaction: StoreTransaction, { id, upstream: table }: RunningTable): Promise<void> {
  const key = lookupKey(table);
  if (key === null) return;
  const columns = key.map(ident).join(', ');
  await transaction.client.query(`CREATE INDEX IF NOT EXISTS ${ident(`${id}_key`)} ON ${physical(id)} (${columns})`);
}

/** Work counters are of this replica; what an unfinished snapshot counted is not counted again. */
function resetCounters(context: DataflowContext, tables: RunningTable[]): void {
  for (const table of context.tables) {
    const counters = context.statistics.of(table.id);
    counters.snapshotKnown = tables.includes(table) ? null : 0;
    counters.snapshotStaged = tables.includes(table) ? null : 0;
    if (!tables.includes(table)) continue;
    counters.messagesReceived = 0;
    counters.bytesReceived = 0;
    counters.updatesStaged = 0;
  }
}

/**
 * Copies the tables as of one moment upstream into the store, in one transaction, and notes where in the WAL that
 * moment is. `resumeLsn` is where the stream goes on for the tables that were there before. Nothing is acknowledged
 * meanwhile, since nothing is streaming.
 */
export async function takeSnapshot(context: DataflowContext, tables: RunningTable[], resumeLsn: Lsn): Promise<void> {
  resetCounters(context, tables);
  const replication = await upstream(context.open('replication'));
  const { lsn, snapshot } = await createSnapshotSlot(replication, newSnapshotSlotName());
  const client = await openAt(context, snapshot);
  for (const { table, error } of await checkSchemas(client, context.publication, tables)) {
    await context.reportTableError(table, error);
  }
  const wanted = tables.filter(isLive);
  await countRows(context, client, wanted);
  const transaction = await StoreTransaction.begin(context.store, context.signal);
  const refused = new Map<RunningTable, string>();
  try {
    const rate = new RowRate(context.settings.rowsPerSecond(context.replica.size));
    for (const table of wanted) {
      await copyTable(context, client, transaction, table, rate);
      await indexKey(transaction, table);
      const message = await countRefused(transaction, table);
      if (message !== null) refused.set(table, message);
      await setCommitted(transaction.client, table.id, lsn);
    }
    await setAppliedLsn(transaction.client, context.sourceId, resumeLsn);
    await transaction.commit();
  } finally {
    transaction.discard();
  }
  for (const table of wanted) {
    table.committed = true;
    table.snapshotLsn = lsn;
    const counters = context.statistics.of(table.id);
    counters.updatesCommitted = counters.updatesStaged;
  }
  for (const [table, message] of refused) await context.reportUnreadable(table, message);
  // Both connections end before streaming begins: the temporary slot lasts as long as the snapshot.
  await Promise.all([client.end(), replication.end()]);
}
