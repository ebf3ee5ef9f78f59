import { DEADLINE } from '../core/budgets';
import { addedBy } from '../core/destroy/added';
import { identityStatement } from '../core/objects/replica-identity/back';
import { foreseenRefusal } from '../core/objects/replica-identity/harm/foreseen';
import { identities } from '../core/objects/replica-identity/identities';
import type { RefusedWrite } from '../core/objects/replica-identity/harm/refused';
import { isIn } from '../core/objects/tables/find';
import { tableName } from '../core/objects/tables/select';
import { listed } from '../core/plan/context';
import * as sql from '../core/sql/postgres';
import { plural } from '../core/text/count';
import { SystemError, isStatementRefused, systemError } from '../systems/errors';
import * as pg from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import { withDestroySource } from './destroy/facts';
import { sleep } from './edges/cut-short';
import { heartbeat, lastHeartbeat } from './edges/heartbeat';
import { APPLY, DESTROY, activity } from './support/activity';
import { done, notHeld } from './support/ensure';
import { type StepInput, destroy, step } from './support/inputs';
import { forgetAdded, recordAdded } from './support/record';
import { withSource } from './support/sessions';

/**
 * ALTER TABLE waits for everybody who uses the table, and everybody who comes later waits behind it: so long, and not longer.
 * Then it lets them pass and tries again.
 */
const LOCK_TIMEOUT_MS = 50;
const PAUSES_MS = [100, 200, 400, 800, 1_600];
const ATTEMPTS = 60;
const LOCK_NOT_AVAILABLE = '55P03';

/** Before the publication: a published table without it refuses the application's updates. */
export const ensureReplicaIdentity = activity({ input: step, callers: APPLY }, (deps, { spec, tables }) => {
  return withSource(deps, spec, async ({ client }) => {
    const object = plural(tables.length, 'table');
    // Each partition logs by an identity of its own.
    const weak = await pg.readWeakIdentities(client, await pg.withPartitions(client, tables));
    await recordAdded(
      client,
      spec,
      weak.map((table) => ({ kind: 'identity', ...table })),
    );
    if (weak.length > 0) await forgetGone(client, spec.name);
    const before = await provable(client, spec, weak);
    for (const table of weak) await changeIdentity(client, table, sql.replicaIdentityFull(table), before.refused);
    const left = (await pg.readTables(client, tables, null)).filter((table) => table.replicaIdentity !== 'full');
    if (left.length > 0) throw notHeld(`replica identity of ${listed(left.map((table) => table.name))}`);
    return done('changed', object, `every row change of ${object} is logged with its old values`);
  });
});

/** Partitions come and go: the record keeps what a destroy can still give back. */
async function forgetGone(client: SqlClient, pipeline: string): Promise<void> {
  const recorded = addedBy(await pg.readOwnPublications(client, pipeline)).filter((added) => added.kind === 'identity');
  const there = await pg.readIdentities(client, recorded);
  const gone = recorded.filter((added) => !isIn(there, added));
  if (gone.length > 0) await forgetAdded(client, pipeline, gone);
}

/** What is refused now; fails before anything is touched where only the catalog can tell, and tells of harm. */
export async function provable(client: SqlClient, { source }: StepInput['spec'], tables: readonly sql.TableName[]) {
  const proof = await pg.readWrites(client, tables);
  if (proof.untoldCount === 0) return proof;
  const { versionNum } = await pg.readServer(client);
  // Also partitions, which are proven one by one.
  const harm = foreseenRefusal(proof, await pg.readTables(client, proof.untold, null), source.publication, versionNum);
  if (harm === null) return proof;
  throw systemError('PreconditionFailed', 'source', `${harm}: nothing was changed`, {
    hint: 'n2m plan FILE says what stands in the way',
  });
}

/**
 * Changes the replica identity of one table, in a transaction of its own, with the proof that no write is refused then that
 * was not before. `statement` is the ALTER TABLE; `before` what was refused. ServerBusy, retried, naming who holds the
 * table where it never became free.
 */
async function changeIdentity(
  client: SqlClient,
  table: sql.TableName,
  statement: string,
  before: readonly RefusedWrite[],
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await pg.changeProven(client, [sql.setLockTimeout(LOCK_TIMEOUT_MS), statement], [table], before);
    } catch (error) {
      if (!(error instanceof SystemError) || error.info.code !== LOCK_NOT_AVAILABLE) throw error;
      const holders = await pg.readLockHolders(client, table);
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

/**
 * What tables logged before, each in a transaction of its own: one that is busy is tried again after the others, and one
 * that cannot be changed stops none of them. What stays is for the look after the last step to report.
 */
export const restoreIdentity = activity({ input: destroy, callers: DESTROY }, (deps, { spec, plan }) => {
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
        const last = Date.now() - since >= DEADLINE.identity;
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
});

/** Null when it worked; else what the server said to this statement. Lost connections are the activity's to retry. */
async function changed(
  client: SqlClient,
  table: sql.TableName,
  statement: string,
  before: readonly RefusedWrite[],
): Promise<{ message: string; forGood: boolean } | null> {
  try {
    await pg.changeProven(client, [sql.setLockTimeout(LOCK_TIMEOUT_MS), statement], [table], before);
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
