import { Context } from '@temporalio/activity';
import { behind } from '../../core/objects/tables/columns/copied';
import { findIn } from '../../core/objects/tables/find';
import type { PipelineSpec } from '../../core/spec/types';
import { lacking, NAMED_TABLES } from '../../core/watch/readings/columns';
import type { ColumnsBehind, Reading, SourceReading, TargetReading } from '../../core/watch/types';
import { readTargetColumns } from '../../systems/materialize';
import { readColumnsOf } from '../../systems/postgres';
import type { Deps } from '../support/deps';
import { withMaterialize, withSource } from '../support/sessions';

/** After both sides were read, and only where they differ: which columns the first few tables lack. Null where none do. */
export async function readBehind(
  deps: Deps,
  spec: PipelineSpec,
  source: Reading<SourceReading>,
  target: Reading<TargetReading>,
): Promise<ColumnsBehind | null> {
  const tables = source.ok && target.ok ? lacking(source.value, target.value) : [];
  if (tables.length === 0) return null;
  const some = tables.slice(0, NAMED_TABLES);
  const more = { pool: deps.pool, signal: Context.current().cancellationSignal };
  const look = Promise.all([
    withSource(
      deps,
      spec,
      ({ client }) =>
        readColumnsOf(
          client,
          some.map(({ upstream }) => upstream),
        ),
      more,
    ),
    withMaterialize(deps, spec, (client) => Promise.all(some.map(({ id }) => readTargetColumns(client, id))), more),
  ]);
  // That they lack some is known; which ones the next look may say.
  const [upstream, copies] = await look.catch(() => [[], []]);
  const first = some.map(({ upstream: { schema, name } }, index) => {
    const columns = copies[index]?.map((column) => column.name);
    const facts = findIn(upstream, { schema, name });
    const lacks = facts === null ? [] : behind(spec, { columns, excludeColumns: [] }, facts).columns;
    return { schema, name, columns: lacks.map((column) => column.name) };
  });
  return { count: tables.length, first };
}
