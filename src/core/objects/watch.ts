import type { DestroyContext } from '../destroy/context';
import { absent, remove } from '../destroy/step';
import type { DestroyStep } from '../destroy/types';
import { checkId, TASK_QUEUE, verifyScheduleId, watchId } from '../names';
import { type PlanContext, planStep } from '../plan/context';
import type { PlanStep } from '../plan/types';
import type { PipelineSpec } from '../spec/types';
import { formatDuration, writeDuration } from '../text/duration';
import type { GuideObject } from './object';
import type { Script } from './script';

function plan({ spec, watch: found }: PlanContext): PlanStep {
  const object = `watch of ${spec.name}`;
  const every = formatDuration(spec.watch.every);
  if (!found.exists) return planStep('watch', 'create', object, `look at both sides every ${every} from then on`);
  if (!found.current) return planStep('watch', 'change', object, `make the ${object} follow the file, every ${every}`);
  const sentence = found.paused
    ? `the ${object} is paused by a person: n2m resume ${spec.name}`
    : `both sides are looked at every ${every}`;
  return planStep('watch', 'keep', object, sentence);
}

function destroy({ spec: { name }, watch: found }: DestroyContext): DestroyStep[] {
  const object = `watch of ${name}`;
  if (!found.exists) return [absent('remove-watch', object)];
  return [remove('remove-watch', object, `stop looking at ${name}: its schedule goes first`)];
}

function script({ name, watch: { every }, verify }: PipelineSpec): Script {
  const text = `schedule ${watchId(name)} every ${writeDuration(every)}: checkReplication as ${checkId(name)}-<time> on task queue ${TASK_QUEUE}`;
  const calls = [{ to: 'temporal' as const, text }];
  if (verify) {
    const id = verifyScheduleId(name);
    calls.push({
      to: 'temporal',
      text: `schedule ${id} every ${writeDuration(verify.every)}: verifyReplication as ${id}-<time> on task queue ${TASK_QUEUE}`,
    });
  }
  return { comment: 'a scheduled check from then on', calls };
}

/** The schedule that looks at both sides from then on. What it judges by: src/core/watch. */
export const watch: GuideObject = {
  name: 'watch',
  steps: [{ id: 'watch', activity: 'ensureWatch', timeouts: 'quick', plan, script }],
  destroy,
  removals: [{ id: 'remove-watch', activity: 'removeWatch', timeouts: 'quick' }],
};
