import { setTimeout as delay } from 'node:timers/promises';
import { DEADLINE } from '../../core/budgets';
import { readsStandby } from '../../core/objects/logical-replication/standby';
import type { PipelineSpec } from '../../core/spec/types';
import { plural } from '../../core/text/count';
import { formatBytes } from '../../core/text/size';
import { systemError } from '../../systems/errors';
import { countWaitingSlots, logRunning, readFlushedLsn, readUnreplayed } from '../../systems/postgres';
import { pauses } from '../edges/cut-short';
import { heartbeat } from '../edges/heartbeat';
import type { Deps } from './deps';
import { openSessions, type Sessions } from './reconnecting';
import { withSource } from './sessions';

const FEED_EVERY = 2_000;

/**
 * Waits until the standby that Materialize reads has what was set up on its primary so far. Nothing to wait for where both are
 * one server. Timeout, which is tried again, where it does not get there.
 */
export async function untilReplayed(deps: Deps, spec: PipelineSpec): Promise<void> {
  if (!readsStandby(spec)) return;
  await withSource(deps, spec, async ({ client, replica }) => {
    const lsn = await readFlushedLsn(client);
    const standby = await replica();
    const until = Date.now() + DEADLINE.replay;
    const untilNextLook = pauses();
    for (;;) {
      const behind = await readUnreplayed(standby, lsn);
      if (behind <= 0n) return;
      const lacks = `${formatBytes(behind.toString())} of WAL up to ${lsn}`;
      if (Date.now() >= until) {
        const message = `the standby did not replay what was set up on its primary within ${plural(DEADLINE.replay / 1_000, 'second')}: it lacks ${lacks}`;
        throw systemError('Timeout', 'source', message, {
          retryable: true,
          hint: 'on the standby: SELECT * FROM pg_stat_wal_receiver; SELECT pg_is_wal_replay_paused();',
        });
      }
      heartbeat({ waitingFor: `the standby to replay ${lacks}` });
      await untilNextLook();
    }
  });
}

/**
 * Whether a slot waits on the standby for a record of what runs, which only the primary writes, and an idle one does not; then
 * has it write one. Where the login may not, a plan says so. What cannot be asked is nothing to wait for.
 */
export async function feedWaitingSlots({ source, replica }: Pick<Sessions, 'source' | 'replica'>): Promise<boolean> {
  const waiting = await replica(countWaitingSlots);
  if (!waiting.ok || waiting.value === 0) return false;
  await source(logRunning);
  return true;
}

/** The same every two seconds while `work` goes on. */
export async function withSlotsFed<T>(deps: Deps, spec: PipelineSpec, work: () => Promise<T>): Promise<T> {
  if (!readsStandby(spec)) return work();
  const over = new AbortController();
  const feeding = feed(openSessions(deps, spec), over.signal);
  try {
    return await work();
  } finally {
    over.abort();
    await feeding;
  }
}

async function feed(sessions: Sessions, over: AbortSignal): Promise<void> {
  // Ends at once where it is over, as a value.
  const pause = () => delay(FEED_EVERY, undefined, { signal: over }).catch(() => undefined);
  try {
    for (await pause(); !over.aborted; await pause()) await feedWaitingSlots(sessions);
  } finally {
    await sessions.close();
  }
}
