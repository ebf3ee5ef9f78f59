import { plain } from '../../../src/cli/terminal/paint';
import type { RunView, StepView } from '../../../src/core/run/types';
import type { SnapshotProgress, TableProgress } from '../../../src/core/snapshot/types';
import { progress } from '../../workflows/harness';
import { copyingTable } from '../support/copying-table';

/** What the tests of rendering draw: a run in the middle of its copies, at a fixed time. */
export const START = '2026-01-01T00:00:00.000Z';
export const NOW = '2026-01-01T00:02:05.000Z';
export const draw = (width: number) => ({ width, paint: plain, now: NOW });

export const copying = (tables: TableProgress[], rest: Partial<SnapshotProgress> = {}): SnapshotProgress => ({
  ...progress(),
  startedAt: START,
  observedAt: NOW,
  rowsPerSecond: 1500,
  etaSeconds: 32,
  tables,
  ...rest,
});

export const step = (id: StepView['id'], state: StepView['state'], rest: Partial<StepView> = {}): StepView => ({
  id,
  object: id,
  action: 'create',
  state,
  outcome: state === 'done' ? 'created' : null,
  sentence: `${state} with ${id}, which takes a sentence of some length to tell`,
  startedAt: state === 'pending' ? null : START,
  endedAt: state === 'done' ? NOW : null,
  ...rest,
});

export const view = (rest: Partial<RunView> = {}): RunView => ({
  pipeline: 'shop',
  phase: 'snapshotting',
  startedAt: START,
  steps: [
    step('role', 'done', { outcome: 'kept' }),
    step('source', 'done'),
    step('snapshot', 'running'),
    step('watch', 'pending'),
  ],
  findings: [],
  waitingFor: [],
  snapshot: copying([
    copyingTable('orders'),
    copyingTable('customers', { state: 'committed' }),
    copyingTable('events', { state: 'waiting' }),
  ]),
  failure: null,
  ...rest,
});
