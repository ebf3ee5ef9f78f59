import { refusalWords, type RefusedWrite, type WritesProof } from '../../core/objects/replica-identity/harm/refused';
import { allIn } from '../../core/objects/tables/find';
import type { TableName } from '../../core/sql/upstream';
import { proveWrites, requireWrites, WRITES_REFUSED } from '../../core/sql/writes';
import { SystemError, systemError } from '../errors';
import type { SqlClient } from '../sql-client';
import { only } from './server';

const NOTHING: WritesProof = { refused: [], refusedCount: 0, untold: [], untoldCount: 0 };

/** Whether the application may UPDATE and DELETE the tables and what inherits from them, now. Reads only, in one round trip. */
export async function readWrites(client: SqlClient, tables: readonly TableName[]): Promise<WritesProof> {
  if (tables.length === 0) return NOTHING;
  const { proof } = only(await client.query<{ proof: string }>(proveWrites(tables)));
  return JSON.parse(proof) as WritesProof;
}

/**
 * Runs statements that change a replica identity or a publication, and the proof of `tables`, in one transaction. Where the
 * application would be refused a write that is not in `before`, nothing of it is done: PreconditionFailed, with the table
 * and the cause.
 */
export async function changeProven(
  client: SqlClient,
  statements: readonly string[],
  tables: readonly TableName[],
  before: readonly RefusedWrite[],
): Promise<void> {
  try {
    await client.query([...statements, requireWrites(tables, before)].join('; '));
  } catch (error) {
    throw refusal(error, before) ?? error;
  }
}

function refusal(error: unknown, before: readonly RefusedWrite[]): SystemError | null {
  if (!(error instanceof SystemError) || error.info.code !== WRITES_REFUSED) return null;
  const refused = proofOf(error.info.message).refused.filter(
    (one) => !allIn(before, one).some(({ operation }) => operation === one.operation),
  );
  const [first] = refused;
  const what = first ? refusalWords(refused) : 'writes of the application';
  return systemError('PreconditionFailed', 'source', `${what}: nothing was changed`, {
    hint: 'n2m plan FILE says what stands in the way',
  });
}

function proofOf(message: string): WritesProof {
  try {
    return JSON.parse(message) as WritesProof;
  } catch {
    return NOTHING;
  }
}
