import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { runId } from '../core/names';
import type { Plan } from '../core/plan/types';
import { aboutWorkflow } from '../core/run/about';
import type { PipelineSpec } from '../core/spec/types';
import { pipelineAttribute } from '../workflows/messages';
import { CliError, EXIT, type ExitCode } from './exit';
import type { Output } from './terminal/output';
import { runPlan } from './temporal/run-plan';
import { runUnderWay } from './temporal/read-run';
import { withDeadline, type Temporal } from './temporal/client';
import { initialApprovals, followAndApprove, detach } from './follow-and-approve';

export interface RunOptions {
  yes?: boolean;
  wait: boolean;
}

type AnyPlan = Pick<Plan, 'pipeline' | 'findings' | 'changes' | 'needsApproval'>;

/** What rotate, repair and destroy have in common: a plan that is shown, approval, one run that holds the lock. */
export interface PlannedCommand<P extends AnyPlan, R> {
  /** The command as typed, for "next". */
  commandLine: string;
  spec: PipelineSpec;
  planType: string;
  runType: string;
  /** Input of both workflows, but for the approvals. */
  input: Record<string, unknown>;
  /** Keys that need a person: --yes does not give them. */
  neverByYes: string[];
  renderPlan(plan: P): string[];
  renderReport(report: R): string[];
  /** Where nothing is to be done; fine unless something is said here. */
  exitOfPlan?(plan: P): ExitCode;
  exitOf(report: R): ExitCode;
}

export async function planAndRun<P extends AnyPlan, R>(
  temporal: Temporal,
  output: Output,
  command: PlannedCommand<P, R>,
  options: RunOptions,
): Promise<ExitCode> {
  const { name } = command.spec;
  let execution = await underWay(temporal, command);
  const joined = execution !== null;
  if (execution === null) {
    // Without a plan first the run itself plans, waits for systems that do not answer, and asks.
    const unplanned = !options.wait && !options.yes;
    const approved = unplanned ? [] : await planAndApprove(temporal, output, command, options);
    if (!Array.isArray(approved)) return approved;
    execution = await startRun(temporal, command, approved);
  } else output.log(`${command.runType} of ${name} is under way; following it`);
  const run = { pipeline: name, execution, joined };
  if (!options.wait) return detach(temporal, output, run);
  return followAndApprove<R>(temporal, output, {
    ...run,
    commandLine: command.commandLine,
    print: (report) => {
      output.print(report, command.renderReport(report));
      return command.exitOf(report);
    },
  });
}

const underWay = async (
  temporal: Temporal,
  { spec, runType }: Pick<PlannedCommand<never, never>, 'spec' | 'runType'>,
): Promise<string | null> => (await runUnderWay(temporal, spec.name, runType))?.runId ?? null;

/** The keys to start with, or how it ends where there is nothing to do. */
async function planAndApprove<P extends AnyPlan, R>(
  temporal: Temporal,
  output: Output,
  command: PlannedCommand<P, R>,
  options: RunOptions,
): Promise<string[] | ExitCode> {
  const { spec, planType, input, commandLine } = command;
  output.log(`reading both systems for ${spec.name} …`);
  const plan = (await runPlan(temporal, { type: planType, pipeline: spec.name, input, next: commandLine })) as P;
  const blocking = plan.findings.filter(({ severity }) => severity === 'blocking');
  if (blocking.length > 0 || plan.changes > 0) output.log(...command.renderPlan(plan));
  if (blocking.length > 0) {
    throw new CliError(
      blocking.map(({ sentence }) => sentence).join('; '),
      EXIT.failed,
      blocking[0]?.fix ?? commandLine,
      {
        plan,
      },
    );
  }
  if (plan.changes === 0) {
    output.print(plan, command.renderPlan(plan));
    return command.exitOfPlan?.(plan) ?? EXIT.fine;
  }
  return initialApprovals(output, { plan, commandLine, options, neverByYes: command.neverByYes });
}

async function startRun<P extends AnyPlan, R>(
  temporal: Temporal,
  command: PlannedCommand<P, R>,
  approved: string[],
): Promise<string> {
  const { spec, runType, input } = command;
  try {
    const handle = await withDeadline(temporal, () =>
      temporal.client.workflow.start(runType, {
        taskQueue: temporal.taskQueue,
        workflowId: runId(spec.name),
        args: [{ ...input, approved }],
        typedSearchAttributes: [{ key: pipelineAttribute, value: spec.name }],
        staticSummary: `${runType} of ${spec.name}`,
        staticDetails: aboutWorkflow(runType, spec.name),
      }),
    );
    return handle.firstExecutionRunId;
  } catch (error) {
    const other = error instanceof WorkflowExecutionAlreadyStartedError ? await underWay(temporal, command) : null;
    if (other === null) throw error;
    return other;
  }
}
