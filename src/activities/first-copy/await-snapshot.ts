import { readsStandby } from '../../core/objects/logical-replication/standby';
import type { PlannedTable } from '../../core/plan/types';
import { hopeless } from '../../core/snapshot/hopeless';
import { mergeProgress } from '../../core/snapshot/merge';
import { keepProgress, wholeProgress } from '../../core/snapshot/kept';
import { windowEnd } from '../../core/snapshot/attempt-window';
import type { AttemptWindow, Blocker, SnapshotLook, SnapshotProgress, TableLook } from '../../core/snapshot/types';
import type { PipelineSpec } from '../../core/spec/types';
import type { Reading } from '../../core/watch/types';
import { systemError } from '../../systems/errors';
import { readSourceProgress, type SourceProgress } from '../../systems/materialize';
import { readBlockers, readCopyProgress, readSnapshotSlots, readWriters } from '../../systems/postgres';
import { sleep } from '../edges/cut-short';
import { heartbeat, lastHeartbeat } from '../edges/heartbeat';
import { activity } from '../support/activity';
import { type WindowInput, window } from '../support/inputs';
import { openSessions, type Sessions } from '../support/reconnecting';
import { feedWaitingSlots } from '../support/replay';
import { itemsOf } from '../support/sessions';
import { type ChildProgress, childOf, withUpstream } from './children';
import { refuseDeadTables } from './dead-tables';
import { refuseUnreadable } from './unreadable';

type UpstreamLook = NonNullable<SnapshotLook['upstream']>;

/** A milestone is told this often at most, which bounds the history of a copy of any length: six steps an hour. */
const MILESTONE_EVERY = 10 * 60_000;

/**
 * One attempt window of the durable wait: polls both sides, tells each look as a heartbeat, and returns when the copy is
 * committed, when something is worth an entry in the history, or after `maxDuration`.
 */
export const awaitSnapshot = activity({ input: window, reads: true }, async (deps, input): Promise<AttemptWindow> => {
  const { spec, maxDuration } = input;
  const { pollEvery, stuckAfter } = spec.snapshot;
  // A former attempt of this window saw more than the workflow knows.
  const start = newest(lastHeartbeat<SnapshotProgress>(), input.previous);
  const began = Date.now();
  let progress = start && wholeProgress(start, input.tables);
  const sessions = openSessions(deps, spec);
  try {
    for (;;) {
      const lookedAt = Date.now();
      progress = mergeProgress(progress, await look(sessions, input), new Date().toISOString(), { stuckAfter });
      const kept = keepProgress(progress, input.tables);
      heartbeat(kept);
      deps.metrics.snapshot(spec.name, progress);
      await refuseDeadTables(sessions, spec, progress);
      refuseHopeless(progress);
      const end = windowEnd(start, kept);
      if (end === 'committed') await refuseUnreadable(sessions, input, progress);
      const elapsed = Date.now() - began;
      if (end && (end !== 'milestone' || elapsed >= MILESTONE_EVERY)) return { end, progress: kept };
      if (elapsed >= maxDuration) return { end: 'time', progress: kept };
      await sleep(Math.max(0, pollEvery - (Date.now() - lookedAt)));
    }
  } finally {
    await sessions.close();
  }
});

/** Both sides at once; one that cannot be read is null, and nothing is concluded from it. */
async function look(sessions: Sessions, input: WindowInput): Promise<SnapshotLook> {
  const { spec } = input;
  const [target, upstream] = await Promise.all([
    sessions.target((client) => readSourceProgress(client, itemsOf(spec).source)),
    lookUpstream(sessions, spec),
  ]);
  if (target.ok && target.value === null) {
    throw systemError('NotFound', 'materialize', `source ${spec.materialize.names.source} is not there any more`, {
      hint: 'n2m apply makes it again',
    });
  }
  return {
    target: target.ok && target.value ? targetLook(input, target.value) : null,
    upstream: upstream.ok ? upstream.value : null,
  };
}

async function lookUpstream(sessions: Sessions, spec: PipelineSpec): Promise<Reading<UpstreamLook>> {
  const role = spec.source.role.name;
  const seen = await sessions.replica(async (client): Promise<UpstreamLook> => {
    const copies = await readCopyProgress(client, role);
    const snapshotSlots = await readSnapshotSlots(client);
    const blockers = await readBlockers(client, role);
    return {
      copies: copies.map(({ schema, name, pid, tuples }) => ({ schema, name, pid, rows: tuples })),
      snapshotSlots,
      blockers,
    };
  });
  if (!seen.ok || !readsStandby(spec) || !(await feedWaitingSlots(sessions))) return seen;
  // No lock on the standby shows what its slot waits for: transactions of the primary that have written.
  const writers = await sessions.source(readWriters);
  const blockers = writers.ok ? writers.value.map(onPrimary) : [];
  return { ok: true, value: { ...seen.value, blockers: [...seen.value.blockers, ...blockers] } };
}

const onPrimary = (blocker: Blocker): Blocker => ({ ...blocker, remedy: `${blocker.remedy} -- on the primary` });

function targetLook(input: WindowInput, progress: SourceProgress): NonNullable<SnapshotLook['target']> {
  const { status, error } = progress.source;
  const children = withUpstream(progress.children);
  return {
    source: { status, error },
    replicas: progress.replicas.map((replica) => replica.id),
    tables: input.tables.map((table) => tableLook(input, table, children)),
  };
}

/** A table without a row yet is "not yet", never "done". */
function tableLook(input: WindowInput, table: PlannedTable, children: ChildProgress[]): TableLook {
  const child = childOf(input, table, children);
  return {
    table: table.target,
    upstream: { schema: table.schema, name: table.name },
    rowsExpected: table.estimatedRows,
    status: child?.status ?? 'created',
    error: child?.error ?? null,
    frontierMoved: child && child.writeFrontierMs !== null ? child.writeFrontierMs > 0 : null,
    statistics:
      child && child.statisticsCommitted !== null
        ? {
            committed: child.statisticsCommitted,
            recordsKnown: Number(child.recordsKnown ?? 0),
            recordsStaged: Number(child.recordsStaged ?? 0),
          }
        : null,
  };
}

/** The source as a whole will not come back by itself. */
function refuseHopeless(progress: SnapshotProgress): void {
  const end = hopeless(progress);
  if (!end) return;
  throw systemError(end.type, 'materialize', `the copy cannot end: ${end.message}`, {
    hint: `n2m explain ${end.type}`,
  });
}

function newest(a: SnapshotProgress | null, b: SnapshotProgress | null): SnapshotProgress | null {
  if (!a?.observedAt) return b;
  return !b || a.observedAt > b.observedAt ? a : b;
}
