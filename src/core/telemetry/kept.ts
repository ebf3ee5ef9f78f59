import { isPipelineName, pipelineOfWorkflowId } from '../names';
import { FAILURE_TYPES } from '../failures/types';
import { OBJECTS } from '../objects';

export type Value = string | number | boolean | readonly string[];
export type Attributes = Record<string, Value>;

/** A span before it leaves; whatever made it. */
export interface MadeSpan {
  name: string;
  attributes: Record<string, unknown>;
  /** What was thrown, as `recordException` keeps it. */
  events: readonly { attributes?: Record<string, unknown> }[];
}

/**
 * What of a span leaves the process. The SDK's interceptors put into it all that Temporal knows of a run (memo, last result) and
 * the whole text of an error, which may quote a statement. So nothing passes but what is listed here, in the shape it has to have.
 */
export function keptOf({ name, attributes, events }: MadeSpan): { name: string; attributes: Attributes } {
  const kept: Attributes = {};
  for (const [key, shape] of Object.entries(SHAPES)) {
    const value = attributes[key];
    if (value !== undefined && shape(value)) kept[key] = value as Value;
  }
  for (const [from, to] of RENAMED) {
    const value = attributes[from];
    if (kept[to] === undefined && isId(value)) kept[to] = value as string;
  }
  const pipeline = pipelineOfWorkflowId(String(kept['temporal.workflow.id'] ?? ''));
  if (pipeline !== null) kept['n2m.pipeline'] = pipeline;
  const step = stepOf(name);
  if (step !== null) kept['n2m.step'] = step;
  const thrown = events.map((event) => event.attributes?.['exception.type']).find(isWord);
  if (kept['error.type'] === undefined && thrown !== undefined) kept['error.type'] = thrown as string;
  return { name: /^[\w :/-]{1,120}$/.test(name) ? name : 'unnamed', attributes: kept };
}

const isWord = (value: unknown): boolean => typeof value === 'string' && /^\w{1,60}$/.test(value);
const isId = (value: unknown): boolean => typeof value === 'string' && /^[\w/.:+-]{1,200}$/.test(value);
const isNumber = (value: unknown): boolean => typeof value === 'number';
const isHost = (value: unknown): boolean => typeof value === 'string' && /^[\w.:-]{1,255}$/.test(value);
const isKind = (value: unknown): boolean => typeof value === 'string' && /^[A-Z]+( [A-Z]+){0,3}$/.test(value);
const isSystem = (value: unknown): boolean => value === 'postgresql' || value === 'materialize';
const areWords = (value: unknown): boolean => Array.isArray(value) && value.every(isWord);

const SHAPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  'n2m.pipeline': (value) => typeof value === 'string' && isPipelineName(value),
  'n2m.command': (value) => typeof value === 'string' && /^[a-z-]{1,30}$/.test(value),
  'n2m.exit_code': isNumber,
  'n2m.system': areWords,
  'n2m.calls': isNumber,
  'n2m.attempt': isNumber,
  'db.system.name': isSystem,
  'db.operation.name': isKind,
  'db.response.status_code': isWord,
  'http.request.method': isKind,
  'http.response.status_code': isNumber,
  'server.address': isHost,
  'server.port': isNumber,
  'error.type': isWord,
};

/** The interceptors' names, of workflow and activity, and those of the SDKs that have a convention. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['temporalWorkflowId', 'temporal.workflow.id'],
  ['workflowId', 'temporal.workflow.id'],
  ['run_id', 'temporal.run.id'],
  ['runId', 'temporal.run.id'],
  ['workflowType', 'temporal.workflow.type'],
  ['temporalActivityId', 'temporal.activity.id'],
  ['temporalUpdateId', 'temporal.update.id'],
];

const STEP_OF: ReadonlyMap<string, string> = new Map(
  OBJECTS.flatMap(({ steps, removals = [] }) =>
    [...removals, ...steps].flatMap(({ id, activity }) => (activity === null ? [] : [[activity, id] as const])),
  ),
);

/** The step a span of an activity is about, as plans and reports call it; what is no step goes by the activity's name. */
function stepOf(name: string): string | null {
  const [, activity] = /^(?:Start|Run)Activity:(\w{1,60})$/.exec(name) ?? [];
  return activity === undefined ? null : (STEP_OF.get(activity) ?? activity);
}

/** What a failure is, in one word of the closed set; null for what is none of ours. */
export function failureTypeOf(error: unknown): string | null {
  const { type, info } = (error ?? {}) as { type?: unknown; info?: { type?: unknown } };
  return FAILURE_TYPES.find((known) => known === type || known === info?.type) ?? null;
}
