import { createHash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { runId } from '../../core/names';
import { aboutWorkflow } from '../../core/run/about';
import { selectionWords } from '../../core/objects/tables/selector';
import type { PipelineSpec } from '../../core/spec/types';
import { pipelineAttribute } from '../../workflows/messages';
import type { replicate } from '../../workflows';
import { runUnderWay } from './read-run';
import { withDeadline, type Temporal } from './client';

/** The execution that works on the pipeline; `joined`: it was under way before. */
export interface StartedRun {
  execution: string;
  joined: boolean;
  /** The run under way has the very file of this command; null when it does not say. */
  sameFile: boolean | null;
}

/** The run under way, if there is one. Throws when what runs is no apply. */
export async function runToJoin(temporal: Temporal, spec: PipelineSpec): Promise<StartedRun | null> {
  const run = await runUnderWay(temporal, spec.name, 'replicate');
  if (run === null) return null;
  const other = run.memo?.file;
  const sameFile = typeof other === 'string' ? other === fingerprint(spec) : null;
  return { execution: run.runId, joined: true, sameFile };
}

/** Starts the run; joins it when somebody else was faster. */
export async function startRun(temporal: Temporal, spec: PipelineSpec, approved: string[]): Promise<StartedRun> {
  try {
    const handle = await withDeadline(temporal, () =>
      temporal.client.workflow.start<typeof replicate>('replicate', {
        taskQueue: temporal.taskQueue,
        workflowId: runId(spec.name),
        args: [{ spec, approved }],
        memo: { file: fingerprint(spec) },
        typedSearchAttributes: [{ key: pipelineAttribute, value: spec.name }],
        staticSummary: summary(spec),
        staticDetails: aboutWorkflow('replicate', spec.name),
      }),
    );
    return { execution: handle.firstExecutionRunId, joined: false, sameFile: true };
  } catch (error) {
    const other = error instanceof WorkflowExecutionAlreadyStartedError ? await runToJoin(temporal, spec) : null;
    if (other === null) throw error;
    return other;
  }
}

/** One line for Temporal's list view; 200 bytes read well there. */
function summary({ name, source, materialize }: PipelineSpec): string {
  const what = selectionWords(source.tables);
  const from = source.kind === 'neon' ? `Neon ${source.project}` : 'Postgres';
  return `replicate ${name}: ${what} of ${from} into ${materialize.database}.${materialize.schema}`.slice(0, 200);
}

function fingerprint(spec: PipelineSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16);
}
