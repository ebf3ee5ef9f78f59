import { DEADLINE } from '../../core/budgets';
import { isMaterializeSlot } from '../../core/names';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/postgres';
import { SystemError, systemError } from '../../systems/errors';
import { readSlotReaders } from '../../systems/materialize';
import { readSlot, readSlotMaker } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import { pauses } from '../edges/cut-short';
import { heartbeat, lastHeartbeat } from '../edges/heartbeat';
import { APPLY, DESTROY, activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { done } from '../support/ensure';
import { takes, text } from '../support/inputs';
import { withMaterialize, withSource, type SourceSession } from '../support/sessions';
import { endSlotReader } from './slot-reader';

/** Empty where Materialize named none: then there is none to prove gone. */
const slotName = text.refine((name) => name === '' || isMaterializeSlot(name), 'is no slot that Materialize made');
const proven = takes<{ spec: PipelineSpec; slot: string }>({ slot: slotName });

/**
 * Proves in upstream's own catalog that a slot of a dropped source is gone; drops it where Materialize did not. A slot
 * that stays would keep WAL until the disk is full.
 */
export const removeSlot = activity({ input: proven, callers: [...APPLY, ...DESTROY] }, (deps, { spec, slot }) => {
  const object = `slot ${slot}`;
  // Of this step, not of this attempt: a worker that dies in between does not start the wait over.
  const since = lastHeartbeat<{ since: number }>()?.since ?? Date.now();
  return withSource(deps, spec, async (session) => {
    const client = await session.replica();
    await refuseForeignSlot(deps, spec, client, slot);
    const untilNextLook = pauses();
    for (;;) {
      const found = await readSlot(client, slot);
      if (!found.exists) return done('dropped', object, `${object} is gone from the server`);
      heartbeat({ since, waitingFor: `Materialize to drop ${object}`, active: found.active });
      if (Date.now() - since >= DEADLINE.slot) break;
      await untilNextLook();
    }
    await dropOurselves(deps, spec, session, slot, since);
    return done('dropped', object, `${object} was left by Materialize and dropped by n2m; it is gone from the server`);
  });
});

/** Only a slot of Materialize's making, of this database, that no source of this Materialize reads any more. */
async function refuseForeignSlot(deps: Deps, spec: PipelineSpec, client: SqlClient, slot: string): Promise<void> {
  const maker = isMaterializeSlot(slot) ? await readSlotMaker(client, slot) : { plugin: 'unknown', here: false };
  if (maker === null) return;
  const readers = await withMaterialize(deps, spec, (target) => readSlotReaders(target, slot));
  if (maker.plugin === 'pgoutput' && maker.here && readers.length === 0) return;
  const why = readers.length > 0 ? `source ${readers.join(', ')} reads it` : 'it is not one that Materialize made here';
  throw systemError('Conflict', 'source', `slot ${slot} is left alone: ${why}`, { hint: `n2m plan FILE looks again` });
}

/** The walsender may come back between its end and the drop: both are repeated until the slot is gone. */
async function dropOurselves(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  slot: string,
  since: number,
): Promise<void> {
  const client = await session.replica();
  const untilNextLook = pauses();
  for (let attempt = 1; ; attempt += 1) {
    await endSlotReader(deps, spec, session, slot);
    try {
      await client.query(sql.dropSlot(slot));
    } catch (error) {
      const last = attempt >= 20 || !(error instanceof SystemError && error.info.retryable);
      if (last && (await readSlot(client, slot)).exists) throw withStatement(error, slot);
    }
    if (!(await readSlot(client, slot)).exists) return;
    heartbeat({ since, waitingFor: `the walsender of slot ${slot} to end` });
    await untilNextLook();
  }
}

function withStatement(error: unknown, slot: string): unknown {
  if (!(error instanceof SystemError)) return error;
  return new SystemError({
    ...error.info,
    hint: `as a superuser where the slot is: ${sql.dropSlot(slot)}; then run the same command again`,
  });
}
