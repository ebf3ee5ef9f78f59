import { unreadable } from '../../core/snapshot/unreadable';
import type { SnapshotProgress } from '../../core/snapshot/types';
import { readRows, readSourceProgress } from '../../systems/materialize';
import type { WindowInput } from '../support/inputs';
import type { Sessions } from '../support/reconnecting';
import { itemsOf } from '../support/sessions';
import { childOf, withUpstream } from './children';
import { refuseDeadTables } from './dead-tables';

/** Of more, the watch reads the others in turn: no run ends later for them. */
const MOST_READ = 100;

/**
 * Materialize may call a table committed before it says that nobody can read it: reads a row of each, as the watch does.
 * What cannot be asked is left to the watch.
 */
export async function refuseUnreadable(
  sessions: Sessions,
  input: WindowInput,
  progress: Pick<SnapshotProgress, 'tables'>,
): Promise<void> {
  const { spec, tables } = input;
  const { source } = itemsOf(spec);
  const newFirst = [...tables].sort((a, b) => Number(b.fresh) - Number(a.fresh));
  const read = await sessions.target(async (client) => {
    const found = await readSourceProgress(client, source);
    const children = withUpstream(found?.children ?? []);
    const copied = newFirst.slice(0, MOST_READ).flatMap((table) => {
      const child = childOf(input, table, children);
      if (!child) return [];
      return [{ id: table.target, item: { database: source.database, schema: child.schema, name: child.name } }];
    });
    return readRows(client, spec.materialize.cluster.name, copied);
  });
  if (read.ok) await refuseDeadTables(sessions, spec, { tables: unreadable(progress.tables, read.value.proofs) });
}
