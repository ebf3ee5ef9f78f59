import type { ReadProof } from '../../core/watch/types';
import { item, type ItemName } from '../../core/sql/items';
import { afterReading, readerSettings } from '../../core/sql/session';
import { SystemError } from '../errors';
import type { SqlClient } from '../sql-client';

/** What is read together; an answer that does not come ends the reading. */
const AT_ONCE = 5;
/** The dataflow's own word that the data is wrong or cannot be held, or a value in it. */
const DATA = /^(XX|22|21)/;

/**
 * Reads a row of each table, on the pipeline's own cluster, which has it at hand. By id; a table that could not be asked
 * (no answer in time, no privilege, no replica) is not there: nothing is known of it. `last` is where the next reading goes on,
 * also past one that did not answer.
 */
export async function readRows(
  client: SqlClient,
  cluster: string,
  tables: readonly { id: string; item: ItemName }[],
): Promise<{ proofs: Map<string, ReadProof>; last: string | null }> {
  const proofs = new Map<string, ReadProof>();
  let last: string | null = null;
  if (tables.length === 0) return { proofs, last };
  try {
    await Promise.all(readerSettings(cluster).map((setting) => client.query(setting)));
    for (let at = 0; at < tables.length; at += AT_ONCE) {
      const asked = tables.slice(at, at + AT_ONCE);
      const answers = await Promise.all(asked.map(({ item: name }) => readRow(client, name)));
      asked.forEach(({ id }, index) => {
        const proof = answers[index];
        if (proof) proofs.set(id, proof);
      });
      last = asked.at(-1)?.id ?? null;
      if (answers.includes(null)) break;
    }
  } finally {
    // Others may use the session next.
    await Promise.all(afterReading().map((setting) => client.query(setting)));
  }
  return { proofs, last };
}

async function readRow(client: SqlClient, name: ItemName): Promise<ReadProof | null> {
  try {
    await client.query(`SELECT 1 FROM ${item(name)} LIMIT 1`);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof SystemError) || error.info.code === null) throw error;
    return DATA.test(error.info.code) ? { ok: false, error: error.info.message } : null;
  }
}
