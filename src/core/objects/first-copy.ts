import { type PlanContext, planStep } from '../plan/context';
import type { PlanStep } from '../plan/types';
import { plural } from '../text/count';
import { formatBytes } from '../text/size';
import { estimateCopy } from './cluster/estimate';
import type { GuideObject } from './object';

/** Waiting is due when something was made or changed that has to prove itself. */
function running({ spec, target, fresh, recreate }: PlanContext, before: readonly PlanStep[]): PlanStep {
  const changed = before.some(({ action }) => action === 'create' || action === 'change');
  const object = `source ${spec.materialize.names.source}`;
  if (target.source === null) return planStep('running', 'create', object, `wait until ${object} runs`);
  if (fresh.length === 0 && recreate.length === 0 && !changed) {
    return planStep('running', 'keep', object, `${object} says ${target.source.status}`);
  }
  return planStep('running', 'change', object, `wait until ${object} runs`);
}

function snapshot({ spec, target, tables, fresh }: PlanContext): PlanStep {
  if (fresh.length === 0) {
    return planStep('snapshot', 'keep', plural(tables.length, 'table'), 'every table is copied and committed');
  }
  const object = plural(fresh.length, 'table');
  const { bytes, words } = estimateCopy(spec, target, tables);
  const others = fresh.length < tables.length ? '; the other tables wait meanwhile' : '';
  const sentence = `copy ${object}, ${formatBytes(bytes)}, ${words}${others}`;
  return planStep('snapshot', target.source === null ? 'create' : 'change', object, sentence);
}

/** Waiting until every table is copied and committed, however long it takes. */
export const firstCopy: GuideObject = {
  name: 'first copy',
  steps: [
    {
      id: 'running',
      activity: 'awaitRunning',
      timeouts: 'wait',
      plan: running,
      script: () => ({ comment: 'waits until the source and its tables run', calls: [] }),
    },
    {
      id: 'snapshot',
      activity: 'awaitSnapshot',
      timeouts: 'wait',
      inWindows: true,
      phase: 'snapshotting',
      plan: snapshot,
      script: () => ({ comment: 'waits until every table is committed, however long it takes', calls: [] }),
    },
  ],
};
