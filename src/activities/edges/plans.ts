import { Context } from '@temporalio/activity';
import type { WorkflowClient } from '@temporalio/client';
import type { LoadedDataConverter } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { z } from 'zod';
import type { DestroyPlan } from '../../core/destroy/types';
import type { ReferringStep } from '../../core/plan/reference';
import { checkStep, type CheckStep, OF_THE_RUN } from '../../core/run/check-step';
import type { CheckInput } from '../../core/run/types';
import type { Plan } from '../../core/plan/types';
import type { PipelineSpec } from '../../core/spec/types';
import type { CheckResult } from '../../core/watch/types';
import { SystemError, systemError } from '../../systems/errors';
import { fingerprintOf, fingerprintOfDestroy } from '../plan/fingerprint';

type Client = Pick<WorkflowClient, 'workflowService'> & {
  options: { namespace: string; loadedDataConverter: LoadedDataConverter };
};

interface Execution {
  workflowId: string;
  runId: string;
}

/** What of a plan a step takes, and what that is known by. */
interface Taken {
  fingerprint: string;
  parts: object;
}

/** What an activity that plans was asked, and what steps take of its answer. */
interface Planned extends Taken {
  spec: PipelineSpec;
}

const ofPlan = (plan: Plan): Taken => {
  const { tables, removed, syntax, beside } = plan;
  return { fingerprint: fingerprintOf(plan), parts: { tables, removed, syntax, ...(beside ? { beside } : {}) } };
};

/** The last look knows what the first one knew. */
const ofDestroy = (plan: DestroyPlan): Taken => {
  const { leaveUpstream, dependents, known } = plan;
  return { fingerprint: fingerprintOfDestroy(plan), parts: { plan: { leaveUpstream, dependents, known }, known } };
};

/** The activities that plan, and what steps take of what they answer. */
const PLANS: Readonly<Record<string, (result: unknown) => Taken>> = {
  makePlan: (result) => ofPlan(result as Plan),
  planRepair: (result) => ofPlan((result as { after: Plan }).after),
  planDestroy: (result) => ofDestroy(result as DestroyPlan),
};

/** Plans of runs under way; each is read once by a worker. */
const MOST_KNOWN = 16;
const PAGE = 50;

const referring = z.looseObject({
  spec: z.looseObject({ source: z.looseObject({}) }),
  plan: z.strictObject({ activity: z.string(), fingerprint: z.string() }),
});

const ofTheRun = z.strictObject({ of: z.literal(OF_THE_RUN.of) });

/**
 * Puts into a step what its plan says of the tables, or of the record. The plan is read where Temporal keeps it, in the history of the very run
 * that calls: nobody can name another one.
 */
export class Plans {
  private readonly known = new Map<string, Promise<Planned>>();

  constructor(private readonly workflows: Client) {}

  /** The input as it was sent where it refers to nothing. */
  async complete(input: unknown): Promise<unknown> {
    if (ofTheRun.safeParse(input).success) return checkAsked(this.workflows, callingRun());
    if (!referring.safeParse(input).success) return input;
    const { plan: reference, ...step } = input as ReferringStep;
    const { spec, parts, fingerprint } = await this.read(reference.activity);
    if (fingerprint !== reference.fingerprint) throw lost('it is another one than the step was planned by');
    const source = { ...step.spec.source, tables: spec.source.tables };
    return { ...step, spec: { ...step.spec, source }, ...parts };
  }

  private async read(activity: string): Promise<Planned> {
    const workflowExecution = callingRun();
    const key = `${workflowExecution.runId}/${activity}`;
    let reading = this.known.get(key);
    if (!reading) {
      reading = readPlan(this.workflows, workflowExecution, activity);
      this.known.set(key, reading);
      // What failed is asked for again.
      reading.catch(() => this.known.delete(key));
      const [oldest] = this.known.keys();
      if (this.known.size > MOST_KNOWN && oldest !== undefined) this.known.delete(oldest);
    }
    return reading;
  }
}

function callingRun(): Execution {
  const { workflowExecution } = Context.current().info;
  if (!workflowExecution) throw lost('no run called');
  return workflowExecution;
}

/** What a check was asked, and what the one before it left: both are in its first event. */
async function checkAsked(client: Client, execution: Execution): Promise<CheckStep> {
  const { namespace, loadedDataConverter: converter } = client.options;
  return orUnreachable('what the check was asked', async () => {
    const request = { namespace, execution, maximumPageSize: 1 };
    const { history } = await client.workflowService.getWorkflowExecutionHistory(request);
    const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    const [input] = await decodeArrayFromPayloads(converter, started?.input?.payloads);
    const [last] = await decodeArrayFromPayloads(converter, started?.lastCompletionResult?.payloads);
    return checkStep(input as CheckInput, (last ?? undefined) as CheckResult | undefined);
  });
}

const readPlan = (client: Client, execution: Execution, activity: string): Promise<Planned> =>
  orUnreachable("the run's plan", () => findPlan(client, execution, activity));

async function orUnreachable<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SystemError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw systemError('Unreachable', 'temporal', `${what} cannot be read: ${why}`, { retryable: true });
  }
}

/** Page by page: a plan stands near the beginning of its history. */
async function findPlan(client: Client, execution: Execution, activity: string): Promise<Planned> {
  const { namespace, loadedDataConverter: converter } = client.options;
  let asked: { eventId: string; spec: PipelineSpec; take: (result: unknown) => Taken } | null = null;
  let nextPageToken: Uint8Array | null | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution,
      maximumPageSize: PAGE,
      nextPageToken,
    });
    for (const event of page.history?.events ?? []) {
      const scheduled = event.activityTaskScheduledEventAttributes;
      const completed = event.activityTaskCompletedEventAttributes;
      const take = PLANS[scheduled?.activityType?.name ?? ''];
      if (scheduled?.activityId === activity && take) {
        const [input] = await decodeArrayFromPayloads(converter, scheduled.input?.payloads);
        const { spec } = input as { spec: PipelineSpec };
        asked = { eventId: String(event.eventId), spec, take };
      }
      if (asked && completed && String(completed.scheduledEventId) === asked.eventId) {
        const [result] = await decodeArrayFromPayloads(converter, completed.result?.payloads);
        return { spec: asked.spec, ...asked.take(result) };
      }
    }
    ({ nextPageToken } = page);
  } while (nextPageToken && nextPageToken.length > 0);
  throw lost('its history has none');
}

const lost = (why: string): SystemError =>
  systemError('Unexpected', 'temporal', `the run's plan is not what it was: ${why}`, {
    hint: 'n2m apply FILE plans anew',
  });
