import { plural } from '../text/count';
import { formatBytes } from '../text/size';
import { formatDuration } from '../text/duration';
import { amount, estimateSeconds } from '../objects/cluster/estimate';
import { planStep, type Scene } from './context';
import type { PlanStep } from './types';

/** Waiting is due when something was made or changed that has to prove itself. */
export function running({ spec, target, fresh, recreate }: Scene, changed: boolean): PlanStep {
  const object = `source ${spec.materialize.names.source}`;
  if (target.source === null) return planStep('running', 'create', object, `wait until ${object} runs`);
  if (fresh.length === 0 && recreate.length === 0 && !changed) {
    return planStep('running', 'keep', object, `${object} says ${target.source.status}`);
  }
  return planStep('running', 'change', object, `wait until ${object} runs`);
}

export function snapshot({ spec, target, tables, fresh }: Scene): PlanStep {
  const { snapshotSize } = spec.materialize.cluster;
  if (fresh.length === 0) {
    return planStep('snapshot', 'keep', plural(tables.length, 'table'), 'every table is copied and committed');
  }
  const object = plural(fresh.length, 'table');
  const { bytes, rows } = amount(tables);
  const seconds = estimateSeconds(snapshotSize, bytes, rows);
  const about = seconds === null ? '' : `, roughly ${formatDuration(seconds * 1000)} at ${snapshotSize}`;
  const others = fresh.length < tables.length ? '; the other tables wait meanwhile' : '';
  const sentence = `copy ${object}, ${formatBytes(bytes)}${about}${others}`;
  return planStep('snapshot', target.source === null ? 'create' : 'change', object, sentence);
}

export function watch({ spec, watch: found }: Scene): PlanStep {
  const object = `watch of ${spec.name}`;
  const every = formatDuration(spec.watch.every);
  if (!found.exists) return planStep('watch', 'create', object, `look at both sides every ${every} from then on`);
  if (!found.current) return planStep('watch', 'change', object, `make the ${object} follow the file, every ${every}`);
  const sentence = found.paused
    ? `the ${object} is paused by a person: n2m resume ${spec.name}`
    : `both sides are looked at every ${every}`;
  return planStep('watch', 'keep', object, sentence);
}
