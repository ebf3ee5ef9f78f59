import * as sql from '../../core/sql/materialize';
import { isMaterializeSlot } from '../../core/names';
import { isOurs } from '../../core/plan/ownership';
import type { DestroyInput } from '../../core/destroy/types';
import type { StepResult } from '../../core/plan/types';
import { plural } from '../../core/text/count';
import { SystemError, systemError } from '../../systems/errors';
import {
  readCluster,
  readConnection,
  readDependentsOf,
  readSchema,
  readSecret,
  readSource,
} from '../../systems/materialize';
import { readPublication } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import { recordAdded } from '../support/record';
import type { Deps } from '../support/deps';
import { done } from '../support/ensure';
import { itemsOf, REMOTE_DEADLINE, withMaterialize, withSource } from '../support/sessions';

type Found = { comment: string | null } | null;

/**
 * Drops our own object and looks. What the statement answers counts less than what is there afterwards: an answer may
 * be lost, and an earlier attempt may have done it.
 */
async function dropOurs(
  { spec }: DestroyInput,
  object: string,
  look: () => Promise<Found>,
  drop: () => Promise<unknown>,
): Promise<StepResult> {
  const found = await look();
  if (!found) return done('dropped', object, `${object} is gone`);
  if (!isOurs(found.comment, spec.name))
    return done('kept', object, `${object} stays: it is not this pipeline's any more`);
  let failure: unknown = null;
  try {
    await drop();
  } catch (error) {
    failure = error;
  }
  if (!(await look())) return done('dropped', object, `${object} is gone`);
  if (failure instanceof SystemError) throw failure;
  throw systemError('Unexpected', 'materialize', `${object} was dropped and is still there`, { retryable: true });
}

/** The source with its tables. Its CASCADE takes nothing that the plan did not name. */
export async function removeSource(deps: Deps, input: DestroyInput): Promise<StepResult> {
  const { spec, plan } = input;
  const { source } = itemsOf(spec);
  const object = `source ${source.name}`;
  if (!plan.leaveUpstream) await recordSlot(deps, input);
  return withMaterialize(deps, spec, async (client) => {
    const look = () => readSource(client, source);
    const found = await look();
    if (found) await refuseUnnamed(client, input, found);
    const result = await dropOurs(input, object, look, () =>
      client.query(sql.dropSource(source), undefined, REMOTE_DEADLINE),
    );
    if (result.outcome !== 'dropped' || !found) return result;
    return done('dropped', object, `${object} is gone with ${plural(found.children.length, 'table')}`);
  });
}

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
  const names = unnamed.map(({ type, name }) => `${type} ${name}`).join(', ');
  throw systemError('Conflict', 'materialize', `${names} came up after the plan and would go with the source`, {
    hint: `run n2m destroy ${spec.name} again: it names them and asks`,
  });
}

export function removeConnection(deps: Deps, input: DestroyInput): Promise<StepResult> {
  const { connection } = itemsOf(input.spec);
  return withMaterialize(deps, input.spec, (client) =>
    dropOurs(
      input,
      `connection ${connection.name}`,
      () => readConnection(client, connection),
      () => client.query(sql.dropConnection(connection)),
    ),
  );
}

export function removeSecret(deps: Deps, input: DestroyInput): Promise<StepResult> {
  const { secret } = itemsOf(input.spec);
  return withMaterialize(deps, input.spec, (client) =>
    dropOurs(
      input,
      `secret ${secret.name}`,
      () => readSecret(client, secret),
      () => client.query(sql.dropSecret(secret)),
    ),
  );
}

export function removeCluster(deps: Deps, input: DestroyInput): Promise<StepResult> {
  const { name } = input.spec.materialize.cluster;
  return withMaterialize(deps, input.spec, (client) =>
    dropOurs(
      input,
      `cluster ${name}`,
      () => readCluster(client, name, itemsOf(input.spec).source),
      () => client.query(sql.dropCluster(name)),
    ),
  );
}

export function removeSchema(deps: Deps, input: DestroyInput): Promise<StepResult> {
  const { database, schema } = input.spec.materialize;
  return withMaterialize(deps, input.spec, (client) =>
    dropOurs(
      input,
      `schema ${database}.${schema}`,
      async () => {
        const found = await readSchema(client, database, schema);
        return found.exists ? found : null;
      },
      () => client.query(sql.dropSchema(database, schema)),
    ),
  );
}
