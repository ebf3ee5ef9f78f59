import { asText, findRows, inColumns, takenOtherwise } from '../../core/objects/tables/columns/refused-values';
import { tableName } from '../../core/objects/tables/select';
import type { RefusedColumns } from '../../core/objects/tables/columns/values';
import type { SnapshotProgress, TableProgress } from '../../core/snapshot/types';
import type { PipelineSpec } from '../../core/spec/types';
import { plural } from '../../core/text/count';
import { valueRefused } from '../../core/watch/errors/table-errors';
import { SystemError } from '../../systems/errors';
import { findRefused } from '../../systems/postgres';
import type { Sessions } from '../support/reconnecting';

/** As many as a person reads. */
const MOST_DEAD = 20;
/** Each look upstream takes seconds where the table is large. */
const MOST_LOOKS = 3;

/** Why one table died, and what mends it where that is known. */
interface Dead {
  cause: string;
  mend: string | null;
}

/** A table that died in the copy stays dead until it is dropped and added again: waiting would wait for ever. */
export async function refuseDeadTables(
  sessions: Pick<Sessions, 'replica'>,
  spec: PipelineSpec,
  { tables }: Pick<SnapshotProgress, 'tables'>,
): Promise<void> {
  const failed = tables.filter((table) => table.state === 'failed');
  if (failed.length === 0) return;
  const dead: Dead[] = [];
  for (const [at, table] of failed.slice(0, MOST_DEAD).entries()) {
    dead.push(await explained(sessions, spec, table, at < MOST_LOOKS));
  }
  const more = failed.length - MOST_DEAD;
  const causes = [...dead.map(({ cause }) => cause), ...(more > 0 ? [plural(more, 'more table')] : [])];
  const mends = dead.flatMap(({ mend }) => mend ?? []);
  throw new SystemError({
    type: 'SourceStalled',
    system: 'materialize',
    message: `the copy failed for ${causes.join('; ')}`,
    code: null,
    retryable: false,
    hint: mends[0] ?? 'mend the cause upstream, take the table out of the file, apply, put it back, apply',
  });
}

/** A value that Materialize cannot hold is looked for upstream; where nobody answers there, it is told without its column. */
async function explained(
  sessions: Pick<Sessions, 'replica'>,
  spec: PipelineSpec,
  { upstream, error }: TableProgress,
  look: boolean,
): Promise<Dead> {
  const name = tableName(upstream);
  const refused = valueRefused(error);
  if (refused === null) return { cause: `${name}: ${error ?? 'unknown error'}`, mend: null };
  const found = look
    ? await sessions.replica((client) => findRefused(client, upstream, refused, takenOtherwise(spec, upstream)))
    : null;
  const columns: RefusedColumns | null = found?.ok ? found.value : null;
  const rows = findRows(upstream, refused, columns);
  return {
    cause: `${name}: a row holds a value that Materialize cannot${inColumns(columns)}, ${refused.why}`,
    mend: `correct or delete that row upstream${rows === null ? '' : ` (${rows};)`}, then n2m repair ${spec.name}; or ${asText(upstream, columns)}, then the same command`,
  };
}
