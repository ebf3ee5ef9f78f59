import { item, type ItemName } from '../../core/sql/items';
import { outside } from '../../core/sql/partition-bounds';
import { afterReading, readerSettings } from '../../core/sql/session';
import type { Leftover } from '../../core/watch/types';
import { SystemError } from '../errors';
import type { SqlClient } from '../sql-client';

/** A copy, with what the partitions upstream that have rows may hold; null: anything. */
export interface CopyOfPartitions {
  id: string;
  oid: number;
  item: ItemName;
  constraints: string[] | null;
  /** Columns that are not as upstream. */
  refused: string[];
}

/** Whether copies hold a row that belongs to no partition upstream. */
export async function readLeftovers(
  client: SqlClient,
  cluster: string,
  copies: readonly CopyOfPartitions[],
): Promise<Leftover[]> {
  const answers: Leftover[] = [];
  try {
    await Promise.all(readerSettings(cluster).map((setting) => client.query(setting)));
    for (const { id, oid, item: name, constraints, refused } of copies) {
      const condition = constraints === null ? null : outside(constraints, refused);
      answers.push({ id, oid, found: condition === null ? null : await holds(client, name, condition) });
    }
  } finally {
    // The session may be another check's next.
    await Promise.all(afterReading().map((setting) => client.query(setting)));
  }
  return answers;
}

async function holds(client: SqlClient, name: ItemName, condition: string): Promise<Leftover['found']> {
  try {
    return (await client.query(`SELECT 1 FROM ${item(name)} WHERE ${condition} LIMIT 1`)).length > 0;
  } catch (error) {
    if (error instanceof SystemError && error.info.code !== null) return 'late';
    throw error;
  }
}
