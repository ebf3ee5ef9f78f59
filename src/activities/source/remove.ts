import { remoteDeadline } from '../../core/budgets';
import type { DestroyInput } from '../../core/destroy/types';
import { isMaterializeSlot } from '../../core/names';
import { listed } from '../../core/plan/context';
import { isOurs } from '../../core/plan/ownership';
import { typed } from '../../core/plan/rule';
import * as sql from '../../core/sql/materialize';
import { plural } from '../../core/text/count';
import { SystemError, systemError } from '../../systems/errors';
import { readDependentsOf, readSource } from '../../systems/materialize';
import { readPublication } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import { DESTROY, activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { done, dropOurs } from '../support/ensure';
import { destroy } from '../support/inputs';
import { recordAdded } from '../support/record';
import { itemsOf, withMaterialize, withSource } from '../support/sessions';

/** The source with its tables. Its CASCADE takes nothing that the plan did not name. */
export const removeSource = activity({ input: destroy, callers: DESTROY }, async (deps, input) => {
  const { spec, plan } = input;
  const { source } = itemsOf(spec);
  const object = `source ${source.name}`;
  if (!plan.leaveUpstream) await recordSlot(deps, input);
  return withMaterialize(deps, spec, async (client) => {
    const look = () => readSource(client, source);
    const found = await look();
    if (found) await refuseUnnamed(client, input, found);
    const result = await dropOurs(input, object, look, () =>
      client.query(sql.dropSource(source), undefined, remoteDeadline(found?.children.length ?? 0)),
    );
    if (result.outcome !== 'dropped' || !found) return result;
    return done('dropped', object, `${object} is gone with ${plural(found.children.length, 'table')}`);
  });
});

/**
 * Only Materialize's catalog knows the slot's name, and forgets it with the source. Where no publication may be made to
 * record it, this run alone knows it: that must not keep anything from being taken down.
 */
async function recordSlot(deps: Deps, { spec }: DestroyInput): Promise<void> {
  // Materialize's own word for it, not the plan's.
  const found = await withMaterialize(deps, spec, (client) => readSource(client, itemsOf(spec).source));
  const slot = found && isOurs(found.comment, spec.name) ? found.slot : null;
  if (slot === null || !isMaterializeSlot(slot)) return;
  await withSource(deps, spec, async ({ client }) => {
    if (!(await readPublication(client, spec.source.publication))) return;
    await recordAdded(client, spec, [{ kind: 'slot', name: slot }]).catch((error: unknown) => {
      if (!(error instanceof SystemError && error.info.type === 'PermissionDenied')) throw error;
    });
  });
}

async function refuseUnnamed(
  client: SqlClient,
  { spec, plan }: DestroyInput,
  found: { id: string; children: { id: string }[] },
): Promise<void> {
  const named = new Set([...plan.dependents, ...found.children].map(({ id }) => id));
  const unnamed = (await readDependentsOf(client, [found.id])).filter(({ id }) => !named.has(id));
  if (unnamed.length === 0) return;
  const names = listed(typed(unnamed), 20);
  throw systemError('Conflict', 'materialize', `${names} came up after the plan and would go with the source`, {
    hint: `run n2m destroy ${spec.name} again: it names them and asks`,
  });
}
