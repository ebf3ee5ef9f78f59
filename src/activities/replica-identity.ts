import type { RefusedWrite } from '../core/objects/replica-identity/refused';
import { setLockTimeout, type TableName } from '../core/sql/postgres';
import { SystemError } from '../systems/errors';
import { changeProven, readLockHolders } from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import { sleep } from './support/ensure';
import { heartbeat } from './edges/heartbeat';

/**
 * ALTER TABLE waits for everybody who uses the table, and everybody who comes later waits behind it: so long, and not longer.
 * Then it lets them pass and tries again.
 */
export const LOCK_TIMEOUT_MS = 50;
export const PAUSES_MS = [100, 200, 400, 800, 1_600];
const ATTEMPTS = 60;

const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Changes the replica identity of one table, in a transaction of its own, with the proof that no write is refused then that
 * was not before. `statement` is the ALTER TABLE; `before` what was refused. ServerBusy, retried, naming who holds the
 * table where it never became free.
 */
export async function changeIdentity(
  client: SqlClient,
  table: TableName,
  statement: string,
  before: readonly RefusedWrite[],
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await changeProven(client, [setLockTimeout(LOCK_TIMEOUT_MS), statement], [table], before);
    } catch (error) {
      if (!(error instanceof SystemError) || error.info.code !== LOCK_NOT_AVAILABLE) throw error;
      const holders = await readLockHolders(client, table);
      const who = holders.length > 0 ? holders.join(', ') : 'somebody';
      if (attempt >= ATTEMPTS) {
        const message = `${table.schema}.${table.name} is in use by ${who}: its replica identity could not be changed yet`;
        throw new SystemError({ ...error.info, message });
      }
      heartbeat({ waitingFor: `${table.schema}.${table.name}, in use by ${who}` });
      await sleep(PAUSES_MS[Math.min(attempt, PAUSES_MS.length) - 1] ?? 0);
    }
  }
}
