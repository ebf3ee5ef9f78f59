import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { WorkflowNotFoundError } from '@temporalio/client';
import { runId } from '../../core/names';
import type { PipelineSpec } from '../../core/spec/types';
import { CliError, EXIT } from '../exit';
import { readPipeline } from '../pipeline-file';
import type { Output } from '../terminal/output';
import { withDeadline, type Temporal } from './client';
import { readWatch } from './watch';

/**
 * The pipeline as it was last applied: from its watch, else from the input of its last run, as when a destroy that was
 * ended half-way took the watch already. `file` wins over both.
 */
export async function lastAppliedSpec(
  temporal: Temporal,
  output: Output,
  pipeline: string,
  file: string | undefined,
): Promise<PipelineSpec> {
  if (file !== undefined) {
    const spec = await readPipeline(file, output);
    if (spec.name === pipeline) return spec;
    throw new CliError(
      `${file} is the file of ${spec.name}, not of ${pipeline}`,
      EXIT.usage,
      'name the file of that pipeline',
    );
  }
  const spec = (await readWatch(temporal, pipeline))?.spec ?? (await specOfLastRun(temporal, pipeline));
  if (spec !== null) return spec;
  throw new CliError(
    `there is no pipeline ${pipeline} in namespace ${temporal.namespace} of ${temporal.address}`,
    EXIT.usage,
    'n2m list shows what there is; --file pipeline.yaml names one that Temporal forgot',
  );
}

async function specOfLastRun(temporal: Temporal, pipeline: string): Promise<PipelineSpec | null> {
  try {
    const { history } = await withDeadline(temporal, () =>
      temporal.connection.workflowService.getWorkflowExecutionHistory({
        namespace: temporal.namespace,
        execution: { workflowId: runId(pipeline) },
        maximumPageSize: 1,
      }),
    );
    const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
    const [input] = await decodeArrayFromPayloads(temporal.client.options.loadedDataConverter, payloads);
    return (input as { spec?: PipelineSpec } | undefined)?.spec ?? null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || isNotFound(error)) return null;
    throw error;
  }
}

const NOT_FOUND = 5;
const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error as { code: unknown }).code === NOT_FOUND;
