import { ScheduleNotFoundError, type ScheduleClient } from '@temporalio/client';
import { pipelineOfWatchId, watchId } from '../../core/names';
import type { PipelineSpec } from '../../core/spec/types';
import { SystemError } from '../../systems/errors';

/** Another pipeline's file as its schedule has it; `sealed` says why it could not be read. */
export type OtherWatch =
  | { pipeline: string; spec: PipelineSpec; taskQueue: string; sealed: null }
  | { pipeline: string; spec: null; taskQueue: null; sealed: string };

const AT_MOST = 2_000;
const AT_ONCE = 16;

/** The files of every other pipeline that this namespace watches, and whether that were all. */
export async function readOtherWatches(
  schedules: ScheduleClient,
  pipeline: string,
  until: number,
): Promise<{ watches: OtherWatch[]; all: boolean }> {
  const names: string[] = [];
  let all = true;
  for await (const { scheduleId } of schedules.list()) {
    const name = pipelineOfWatchId(scheduleId);
    if (name === null || name === pipeline) continue;
    if (names.length >= AT_MOST || Date.now() >= until) {
      all = false;
      break;
    }
    names.push(name);
  }
  const watches: OtherWatch[] = [];
  const queue = [...names];
  const one = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (Date.now() >= until) all = false;
      else watches.push(...(await readOne(schedules, name)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return { watches: watches.sort((a, b) => (a.pipeline < b.pipeline ? -1 : 1)), all };
}

async function readOne(schedules: ScheduleClient, pipeline: string): Promise<OtherWatch[]> {
  const sealed = (why: string): OtherWatch[] => [{ pipeline, spec: null, taskQueue: null, sealed: why }];
  try {
    const { action } = await schedules.getHandle(watchId(pipeline)).describe();
    if (action.type !== 'startWorkflow') return sealed('its schedule does something else');
    const spec = specIn(action.args?.[0]);
    return spec === null
      ? sealed('its schedule was written by another version')
      : [{ pipeline, spec, taskQueue: action.taskQueue, sealed: null }];
  } catch (error) {
    // Deleted between the list and now.
    if (error instanceof ScheduleNotFoundError) return [];
    return sealed(error instanceof SystemError ? error.info.message : 'this worker lacks the key that encrypts it');
  }
}

/** Only what is needed of it, and only where it has the shape. */
function specIn(input: unknown): PipelineSpec | null {
  const spec = (input as { spec?: Partial<PipelineSpec> } | null | undefined)?.spec;
  const source = spec?.source;
  const whole =
    typeof source?.database === 'string' &&
    typeof source.role?.name === 'string' &&
    typeof source.publication === 'string' &&
    ['list', 'schemas', 'all'].includes(source.tables?.kind) &&
    (source.kind === 'neon' ? typeof source.project === 'string' : source.kind === 'postgres');
  return whole ? (spec as PipelineSpec) : null;
}
