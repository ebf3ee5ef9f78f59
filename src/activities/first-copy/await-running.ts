import { classifySql } from '../../core/failures/classify';
import { SystemError, systemError } from '../../systems/errors';
import { readSourceProgress, type SourceProgress } from '../../systems/materialize';
import { readSlot, readSnapshotSlots } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import { pauses } from '../edges/cut-short';
import { heartbeat } from '../edges/heartbeat';
import { activity } from '../support/activity';
import { done } from '../support/ensure';
import { step } from '../support/inputs';
import { withSlotsFed } from '../support/replay';
import { itemsOf, withMaterialize, withReplica } from '../support/sessions';

/** An error nobody knows is given this long to heal by itself; what is known to be permanent ends the wait at once. */
const UNKNOWN_ERROR_PATIENCE = 15 * 60_000;

/**
 * `running` alone proves nothing: it is said before the first contact upstream, and a broken source flaps. The slot in
 * upstream's catalog, held by Materialize, is the proof.
 */
export const awaitRunning = activity({ input: step, reads: true }, (deps, { spec }) => {
  const { source } = itemsOf(spec);
  const object = `source ${source.name}`;
  const wait = () =>
    withMaterialize(deps, spec, (target) =>
      withReplica(deps, spec, async (upstream) => {
        let stalledSince: number | null = null;
        const untilNextLook = pauses();
        for (;;) {
          const progress = await readSourceProgress(target, source);
          if (!progress)
            throw systemError('NotFound', 'materialize', `${object} is not there any more`, {
              hint: `n2m apply makes it again`,
            });
          if (await isProven(progress, upstream)) {
            return done('waited', object, `runs, and holds slot ${progress.slot ?? ''}`);
          }
          const { status, error } = progress.source;
          stalledSince = error === null ? stalledSince : (stalledSince ?? Date.now());
          if (error !== null) refuseHopeless(object, error, Date.now() - (stalledSince ?? Date.now()));
          heartbeat({ waitingFor: object, status, error });
          await untilNextLook();
        }
      }),
    );
  return withSlotsFed(deps, spec, wait);
});

async function isProven({ source, slot }: SourceProgress, upstream: SqlClient): Promise<boolean> {
  if (source.status !== 'running' || slot === null) return false;
  const row = await readSlot(upstream, slot);
  if (!row.exists) return false;
  // While tables are copied nothing reads the slot itself: the temporary slot of the copy is held instead.
  return row.active || (await readSnapshotSlots(upstream)).length > 0;
}

/**
 * Network trouble is waited out, what may be a mistake for a while; a wrong password, a missing privilege or a lost slot
 * is for a person at once.
 */
function refuseHopeless(object: string, error: string, forMs: number): void {
  const info = classifySql({ code: 'XX000', message: error, detail: null, hint: null }, 'materialize');
  const unknown = info.type === 'Unexpected' ? UNKNOWN_ERROR_PATIENCE : null;
  const patience = unknown ?? info.patienceMs ?? (info.retryable ? Infinity : 0);
  if (forMs < patience) return;
  const type = info.type === 'Unexpected' ? 'SourceStalled' : info.type;
  throw new SystemError({ ...info, type, retryable: false, message: `${object} is stalled: ${error}` });
}
