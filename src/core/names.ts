/** Every name n2m gives to something, derived from the pipeline's name. The only place that knows them. */

export const TASK_QUEUE = 'n2m';

/** Search attributes, registered once per namespace, all of type Keyword. */
export const SEARCH_ATTRIBUTES = { pipeline: 'N2mPipeline', state: 'N2mState', verdict: 'N2mVerdict' } as const;

/** Postgres cuts identifiers at NAMEDATALEN - 1 bytes without an error, so longer names are refused. */
export const POSTGRES_NAME_BYTES = 63;

/** Materialize refuses longer identifiers. */
export const MATERIALIZE_NAME_BYTES = 255;

/** Leaves room for the longest suffix and prefix within 63 bytes upstream. */
export const PIPELINE_NAME_LENGTH = 40;

export const PIPELINE_NAME_PATTERN = /^[a-z]([a-z0-9_-]*[a-z0-9])?$/;

const PREFIX = 'pipeline/';
const WATCH_SUFFIX = '/watch';

/** Id of the run: apply, repair and destroy share it, so that one at a time works on a pipeline. */
export const runId = (pipeline: string): string => `${PREFIX}${pipeline}`;

export const planId = (pipeline: string, unique: string): string => `${PREFIX}${pipeline}/plan-${unique}`;

/** The schedule appends the time of each check to this id. */
export const checkId = (pipeline: string): string => `${PREFIX}${pipeline}/check`;

/** A look by hand, beside the schedule's checks. */
export const lookId = (pipeline: string, unique: string): string => `${PREFIX}${pipeline}/look-${unique}`;

/** The schedule of comparisons, which appends the time of each to this id. */
export const verifyScheduleId = (pipeline: string): string => `${PREFIX}${pipeline}/verify`;

/** A comparison by hand. */
export const verifyId = (pipeline: string, unique: string): string => `${PREFIX}${pipeline}/verify-${unique}`;

/** A look at the installation by `n2m doctor`. */
export const doctorId = (unique: string): string => `doctor-${unique}`;

export const watchId = (pipeline: string): string => `${PREFIX}${pipeline}${WATCH_SUFFIX}`;

/** The pipeline a schedule watches; null for schedules that are none of ours. */
export function pipelineOfWatchId(scheduleId: string): string | null {
  if (!scheduleId.startsWith(PREFIX) || !scheduleId.endsWith(WATCH_SUFFIX)) return null;
  const name = scheduleId.slice(PREFIX.length, -WATCH_SUFFIX.length);
  return isPipelineName(name) ? name : null;
}

/** The pipeline a run, a check or another look is about; null for what is none of ours. */
export function pipelineOfWorkflowId(workflowId: string): string | null {
  const [name = ''] = workflowId.startsWith(PREFIX) ? workflowId.slice(PREFIX.length).split('/') : [];
  return isPipelineName(name) ? name : null;
}

export function isPipelineName(name: string): boolean {
  return name.length <= PIPELINE_NAME_LENGTH && PIPELINE_NAME_PATTERN.test(name);
}

/** Upstream publication, unless the file names another. */
export const publicationName = (pipeline: string): string => `n2m_${snake(pipeline)}`;

/**
 * Publishes nothing: its comment records what was added upstream where the file's publication is somebody else's. No
 * pipeline's name has a dot, so it is no other pipeline's publication.
 */
export const recordName = (pipeline: string): string => `${publicationName(pipeline)}.record`;

/** Objects in Materialize, unless the file names others. */
export function materializeNames(pipeline: string): { secret: string; connection: string; source: string } {
  const stem = snake(pipeline);
  return { secret: `${stem}_password`, connection: `${stem}_postgres`, source: `${stem}_source` };
}

/** The subsource Materialize keeps next to each source in the subsource syntax. */
export const progressName = (source: string): string => `${source}_progress`;

/** What a table is called there where the file gives it no alias: `{schema}_{table}`, filled in. */
export const targetName = (template: string, table: { schema: string; name: string }): string =>
  template.replace(/\{(schema|table)\}/g, (_all, part) => (part === 'schema' ? table.schema : table.name));

/** The one that tells tables of one name in several schemas apart. */
export const BY_SCHEMA = '{schema}_{table}';

/** The name Materialize gives the slot of a source: the prefix and 128 random bits. */
export const isMaterializeSlot = (slot: string): boolean => /^materialize_[0-9a-f]{32}$/.test(slot);

/** Dashes would force quotes on everybody who types the object's name. */
function snake(pipeline: string): string {
  return pipeline.replaceAll('-', '_');
}
