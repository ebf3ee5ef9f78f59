import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isBeside } from '../../core/objects/beside/names';
import { readsStandby } from '../../core/objects/logical-replication/standby';
import { tableName } from '../../core/objects/tables/select';
import type { PipelineSpec } from '../../core/spec/types';
import { listed } from '../../core/sql/verify/rows';
import { emptyTally, type Tally, verifyResult, withFailure, withTable } from '../../core/verify/report';
import { comparedTable, withoutTexts } from '../../core/verify/table';
import type { TableResult, VerifyOptions, VerifyResult } from '../../core/verify/types';
import { isStatementRefused, SystemError, systemError } from '../../systems/errors';
import { readTargetColumns, readVerifiableSource, type ReplicatedTable, useCluster } from '../../systems/materialize';
import { listMaterializeSlots, readVerifiable } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import { heartbeat, lastHeartbeat } from '../edges/heartbeat';
import { activity } from '../support/activity';
import { takes, text } from '../support/inputs';
import { itemsOf, withMaterialize, withReplica } from '../support/sessions';
import { compareByGroups } from './by-groups';
import { compareByKey } from './by-key';
import { veil, type Veil } from './listing';
import { Sides } from './sides';

export interface VerifyInput extends VerifyOptions {
  spec: PipelineSpec;
}

const input = takes<VerifyInput>({
  tables: z.array(text),
  amount: z.union([z.literal('full'), z.looseObject({ sample: z.number().gt(0).max(1) })]),
  cluster: text.nullable(),
  showValues: z.boolean(),
});

/** How far an attempt got: tables that are done are not compared again. By name, as others may come and go meanwhile. */
interface Progress {
  last: Place | null;
  tally: Tally;
}

/** A table in the order in which they are compared: its name upstream, and its id here. */
type Place = [name: string, id: string];

/**
 * Compares the tables of both sides, one after the other. Changes nothing; rows stay here, and so do values unless they were
 * asked for. An attempt that follows goes on with the table that the one before it was at.
 */
export const verifyTables = activity({ input, reads: true }, (deps, asked): Promise<VerifyResult> => {
  const { spec } = asked;
  return withMaterialize(deps, spec, (target) =>
    withReplica(deps, spec, async (source) => {
      if (asked.cluster !== null && !(await useCluster(target, asked.cluster))) {
        throw systemError('InvalidPipeline', 'materialize', `there is no cluster ${asked.cluster}`, {
          hint: 'SHOW CLUSTERS lists them',
        });
      }
      const found = await readVerifiableSource(target, itemsOf(spec).source);
      if (found === null) {
        throw systemError('NotFound', 'materialize', `there is no source ${spec.materialize.names.source}`, {
          hint: 'n2m apply makes it',
        });
      }
      // Two databases that have nothing to do with each other would only tell their rows.
      const slots = await listMaterializeSlots(source);
      if (!slots.some(({ slot }) => slot === found.slot)) {
        throw systemError('Conflict', 'source', `the source's slot ${found.slot ?? ''} is not in this database`, {
          hint: `n2m status ${spec.name} says what became of it`,
        });
      }
      const tables = chosen(found.tables.filter(isStanding), asked.tables);
      const startedAt = new Date().toISOString();
      const before = lastHeartbeat<Partial<Progress>>();
      const progress: Progress = {
        last: before?.last ?? null,
        // An older build kept how many were done, which says nothing of which.
        tally:
          before?.last && before.tally
            ? before.tally
            : emptyTally(spec.name, startedAt, asked.amount, asked.tables.length === 0, found.slot),
      };
      const sides = new Sides(source, target, found.progress);
      // Known here alone: who reads what Temporal keeps cannot try which value has a hash.
      const salt = randomBytes(16).toString('hex');
      const hide = veil(asked.showValues, salt);
      const { last } = progress;
      for (const table of last === null ? tables : tables.filter((one) => isBefore(last, placeOf(one)))) {
        progress.tally = await withOne(progress.tally, { source, target, sides }, table, asked, hide);
        progress.last = placeOf(table);
        heartbeat(progress);
      }
      const seconds = (Date.now() - Date.parse(progress.tally.startedAt)) / 1_000;
      const result = verifyResult(progress.tally, Math.round(seconds));
      deps.metrics.verify(result);
      return result;
    }),
  );
});

const nameOf = ({ upstream }: ReplicatedTable): string => tableName(upstream);
const placeOf = (table: ReplicatedTable): Place => [nameOf(table), table.id];
const isBefore = ([name, id]: Place, [other, otherId]: Place): boolean =>
  name < other || (name === other && id < otherId);

/** No copy beside the one that people read. */
const isStanding = ({ item: { name }, upstream }: ReplicatedTable): boolean => !isBeside({ name, upstream });

/** In the order of their names, so that every attempt has the same. */
function chosen(tables: readonly ReplicatedTable[], names: readonly string[]): ReplicatedTable[] {
  const unknown = names.find((name) => !tables.some((table) => nameOf(table) === name));
  if (unknown !== undefined) {
    throw systemError('InvalidPipeline', 'materialize', `${unknown} is no table of this pipeline`, {
      hint: 'name tables as upstream does: schema.table',
    });
  }
  return tables
    .filter((table) => names.length === 0 || names.includes(nameOf(table)))
    .sort((a, b) => (isBefore(placeOf(a), placeOf(b)) ? -1 : 1));
}

interface Open {
  source: SqlClient;
  target: SqlClient;
  sides: Sides;
}

/** A table that cannot be read says so, and does not keep others from being compared. */
async function withOne(
  tally: Tally,
  open: Open,
  table: ReplicatedTable,
  asked: VerifyInput,
  hide: Veil,
): Promise<Tally> {
  try {
    const result = await compare(open, table, asked, hide);
    return typeof result === 'string' ? withFailure(tally, nameOf(table), result) : withTable(tally, result);
  } catch (error) {
    const why = faultOfTable(error);
    if (why === null) throw error;
    return withFailure(tally, nameOf(table), why);
  }
}

/** What keeps this table from being read; null where it may be the connection, which the next attempt has a new one of. */
function faultOfTable(error: unknown): string | null {
  if (!(error instanceof SystemError)) return null;
  const { type, retryable, message } = error.info;
  return type === 'Timeout' || !retryable || isStatementRefused(error) ? message : null;
}

/** A text is why nothing of it can be compared. */
async function compare(
  { source, target, sides }: Open,
  { id, item, upstream, error }: ReplicatedTable,
  { spec, amount }: VerifyInput,
  hide: Veil,
): Promise<TableResult | string> {
  if (error !== null) return `it stands still in Materialize: ${error}`;
  const facts = await readVerifiable(source, upstream);
  if (facts === null) return 'upstream has no such table';
  if (facts.foreign && readsStandby(spec))
    return 'its owner could put code into it while it is read, which on a standby nothing can keep out';
  if (facts.inherited)
    return 'other tables inherit from it: their rows were copied, and their changes are not followed';
  const columns = await readTargetColumns(target, id);
  const { table, notCompared } = comparedTable({ upstream, target: item, source: facts, materialize: columns });
  const name = tableName(upstream);
  if (table.key === null) {
    const outcome = await compareByGroups(sides, table, hide);
    return {
      table: name,
      how: 'groups',
      ...outcome,
      notCompared: [...notCompared, ...withoutTexts(table, listed(table, 'hash'))],
    };
  }
  const { estimatedRows, bytes } = facts;
  const { stopped, ...outcome } = await compareByKey(sides, table, { amount, estimatedRows, bytes, veil: hide });
  const more = stopped === null ? [] : [{ what: name, why: stopped }];
  return { table: name, how: 'key', ...outcome, notCompared: [...notCompared, ...more] };
}
