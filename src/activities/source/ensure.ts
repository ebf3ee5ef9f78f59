import { DEADLINE, remoteDeadline } from '../../core/budgets';
import { definitionReasons } from '../../core/objects/source/definition';
import { isIn } from '../../core/objects/tables/find';
import { childOf, tableName } from '../../core/objects/tables/select';
import { listed } from '../../core/plan/context';
import type { SourceObjectFacts } from '../../core/objects/source/facts';
import { isOurs, writeMark } from '../../core/plan/ownership';
import type { PlannedTable, StepResult } from '../../core/plan/types';
import type { Adding } from '../../core/run/types';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/materialize';
import { plural } from '../../core/text/count';
import { systemError } from '../../systems/errors';
import { readConnection, readSource } from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import { heartbeat } from '../edges/heartbeat';
import { APPLY, activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { createAndLook, done, unseen } from '../support/ensure';
import { type StepInput, step } from '../support/inputs';
import { untilReplayed, withSlotsFed } from '../support/replay';
import { itemsOf, withMaterialize } from '../support/sessions';

/** The source with all planned tables, in the syntax the server wants. What has to be made again was dropped before. */
export const ensureSource = activity({ input: step, callers: APPLY }, async (deps, input) => {
  // Materialize looks for publication and tables where it reads.
  await untilReplayed(deps, input.spec);
  return withSlotsFed(deps, input.spec, () => made(deps, input));
});

function made(deps: Deps, input: StepInput): Promise<StepResult> {
  const { spec, tables, planned } = input;
  const { source, connection } = itemsOf(spec);
  const object = `source ${source.name}`;
  return withMaterialize(deps, spec, async (client) => {
    const look = () => readSource(client, source);
    const found = await look();
    const reasons = definitionReasons(spec, { source: found, connection: await readConnection(client, connection) });
    if (reasons.length > 0) {
      throw systemError('Conflict', 'materialize', `${object} is not what the plan left: ${reasons.join(', ')}`, {
        hint: 'n2m apply FILE looks again and asks before it drops anything',
      });
    }
    const there = found ?? (await createAndLook(() => create(client, input), look, object, 'materialize'));
    // Marked before tables are added: an attempt that dies in between must find its own source again.
    if ((planned === 'create' || !found) && !isOurs(there.comment, spec.name)) {
      await client.query(sql.commentOn('SOURCE', source, writeMark(spec.name)));
    }
    await addMissing(client, input, there);
    return done(
      planned === 'create' || !found ? 'created' : 'changed',
      object,
      `has ${plural(tables.length, 'table')} in cluster ${spec.materialize.cluster.name}`,
    );
  });
}

function create(client: SqlClient, { spec, tables, syntax }: StepInput): Promise<unknown> {
  const { source, connection } = itemsOf(spec);
  const { textColumns, excludeColumns, publication } = spec.source;
  const common = { name: source, cluster: spec.materialize.cluster.name, connection, publication };
  const statement =
    syntax === 'tables'
      ? sql.createSourceBare(common)
      : sql.createSource({
          ...common,
          tables: tables.map((table) => mapping(spec, table)),
          textColumns,
          excludeColumns,
          progress: null,
        });
  // One statement that asks upstream about every table.
  if (syntax !== 'tables') heartbeat({ adding: null, of: tables.length } satisfies Adding);
  return client.query(statement, undefined, remoteDeadline(syntax === 'tables' ? 0 : tables.length));
}

async function addMissing(
  client: SqlClient,
  { spec, tables, syntax }: StepInput,
  there: SourceObjectFacts,
): Promise<void> {
  const { source } = itemsOf(spec);
  const { textColumns, excludeColumns, excludeConstraints } = spec.source;
  const options = { name: source, textColumns, excludeColumns, excludeConstraints };
  const missingIn = (facts: SourceObjectFacts) =>
    tables.filter((table) => childOf(spec, { source: facts }, table) === null);
  const missing = missingIn(there).map((table) => mapping(spec, table));
  if (missing.length === 0) return;
  // What is there and not wanted is what the look may have read wrong.
  const strange = there.children.filter(({ upstream }) => !isIn(tables, upstream));
  const told = (error: unknown) => {
    throw unseen(error, spelled(missing), spelled(strange) || 'nothing else in the source');
  };
  if (syntax === 'tables') await addTables(client, options, missing).catch(told);
  else await client.query(sql.addSubsource(options, missing), undefined, remoteDeadline(missing.length)).catch(told);
  const after = await readSource(client, source);
  const left = after ? missingIn(after) : tables;
  if (left.length > 0) {
    const names = listed(left.map(tableName));
    throw systemError('Unexpected', 'materialize', `${names} was added to ${source.name} and is not there`, {
      retryable: true,
    });
  }
}

/** What dies in one transaction is done again: small enough to be little, large enough that most sources copy once. */
const TABLES_AT_ONCE = 250;

/** Together, so that they share one snapshot; each statement asks upstream. What fails leaves none of its transaction behind. */
export async function addTables(
  client: SqlClient,
  options: Parameters<typeof sql.createTableFromSource>[0],
  missing: sql.TableMapping[],
): Promise<void> {
  for (let from = 0; from < missing.length; from += TABLES_AT_ONCE) {
    const together = missing.slice(from, from + TABLES_AT_ONCE);
    await client.query('BEGIN');
    try {
      for (const [index, table] of together.entries()) {
        heartbeat({ adding: from + index + 1, of: missing.length } satisfies Adding);
        await client.query(sql.createTableFromSource(options, table), undefined, DEADLINE.remote);
      }
      await client.query('COMMIT', undefined, remoteDeadline(together.length));
    } catch (error) {
      // The session may be gone, and its transaction with it.
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

/** Names as they are, each in its own quotes, of the first few. */
const spelled = (tables: { upstream: { schema: string; name: string } }[]): string =>
  tables
    .slice(0, 5)
    .map(({ upstream: { schema, name } }) => JSON.stringify([schema, name]))
    .join(', ');

function mapping(spec: PipelineSpec, table: PlannedTable): sql.TableMapping {
  return { upstream: { schema: table.schema, name: table.name }, target: itemsOf(spec).item(table.target) };
}
