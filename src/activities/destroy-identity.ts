import { identities } from '../core/objects/replica-identity/identities';
import { identityStatement } from '../core/objects/replica-identity/back';
import type { DestroyInput } from '../core/destroy/types';
import type { StepResult } from '../core/plan/types';
import { tableName } from '../core/objects/tables/select';
import type { RefusedWrite } from '../core/objects/replica-identity/refused';
import { setLockTimeout, type TableName } from '../core/sql/postgres';
import { plural } from '../core/text/count';
import { isStatementRefused, SystemError } from '../systems/errors';
import * as pg from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import type { Deps } from './support/deps';
import { withDestroySource } from './destroy/facts';
import { done, sleep } from './support/ensure';
import { LOCK_TIMEOUT_MS, PAUSES_MS } from './replica-identity';
import { heartbeat, lastHeartbeat } from './edges/heartbeat';

/** Of the step, not of an attempt: tables that are never free then keep what they have, and are reported. */
const PATIENCE_MS = 60_000;

/**
 * What tables logged before, each in a transaction of its own: one that is busy is tried again after the others, and one
 * that cannot be changed stops none of them. What stays is for the look after the last step to report.
 */
export function restoreIdentity(deps: Deps, { spec, plan }: DestroyInput): Promise<StepResult> {
  const since = lastHeartbeat<{ since: number }>()?.since ?? Date.now();
  return withDestroySource(deps, { spec, plan }, 'database', async ({ client }, read) => {
    const { found, known } = await read();
    const recorded = known.added.filter((entry) => entry.kind === 'identity');
    // By now ours must have let go: a table they still publish is as needed as any other.
    const look = async () => {
      const ours = await pg.readOwnPublications(client, spec.name);
      const publication = await pg.readPublication(client, spec.source.publication);
      const tables = await pg.readIdentities(client, recorded);
      return identities(spec, { ...found, publication, ours, tables }, known, 'now').back;
    };
    const refused = new Map<string, string>();
    for (let round = 0; ; round += 1) {
      const due = (await look()).filter(({ table }) => !refused.has(tableName(table)));
      if (due.length === 0) break;
      const busy: string[] = [];
      // What a table logs less of may not cost the application its updates.
      const before = await pg.readWrites(
        client,
        due.map(({ table }) => table),
      );
      for (const { table, back } of due) {
        const answer = await changed(client, table, identityStatement(table, back), before.refused);
        const last = Date.now() - since >= PATIENCE_MS;
        if (answer?.forGood || last) refused.set(tableName(table), answer?.message ?? 'somebody sets it again');
        else if (answer !== null) busy.push(`${tableName(table)}: ${answer.message}`);
      }
      heartbeat({ since, waitingFor: busy });
      if (busy.length > 0) await sleep(PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)] ?? 0);
    }
    const object = 'replica identity';
    if (refused.size === 0) {
      return done('dropped', object, `${plural(recorded.length, 'table')} log what they logged before`);
    }
    const why = [...refused].map(([name, message]) => `${name} still logs full rows: ${message}`);
    return done('kept', object, why.join('; '));
  });
}

/** Null when it worked; else what the server said to this statement. Lost connections are the activity's to retry. */
async function changed(
  client: SqlClient,
  table: TableName,
  statement: string,
  before: readonly RefusedWrite[],
): Promise<{ message: string; forGood: boolean } | null> {
  try {
    await pg.changeProven(client, [setLockTimeout(LOCK_TIMEOUT_MS), statement], [table], before);
    return null;
  } catch (error) {
    // The proof: the application would be refused what works.
    if (error instanceof SystemError && error.info.type === 'PreconditionFailed') {
      return { message: error.info.message, forGood: true };
    }
    if (!isStatementRefused(error)) throw error;
    const { code, message, retryable } = error.info;
    // An index or a table that went away in between: the next look sees it.
    return { message, forGood: !retryable && !/^42(704|P01)$/.test(code ?? '') };
  }
}
