import { runId } from '../core/names';
import type { Approval, Plan } from '../core/plan/types';
import { approve } from './temporal/pending-approvals';
import { CliError, EXIT, type ExitCode } from './exit';
import { followRun } from './temporal/follow/follow-run';
import type { Output } from './terminal/output';
import { approvalsAfterPlanning } from './temporal/approvals-after-planning';
import { requireWorker, type Temporal } from './temporal/client';
import { shown } from '../core/text/shown';

/** A run that works on a pipeline, and what the command that started or joined it does at its end. */
export interface FollowedRun<R> {
  pipeline: string;
  execution: string;
  /** It was under way before. */
  joined: boolean;
  /** The command as typed, for "next". */
  commandLine: string;
  /** Prints the report of a run that went well. */
  print(report: R): ExitCode;
}

/** Asks a person for what needs approval; yes only for a clear yes. */
export async function askApproval(output: Output, wanted: Approval[]): Promise<boolean> {
  output.log('', output.stderrPaint.bold('Needs your approval:'));
  for (const { key, reason, statements = [] } of wanted) {
    output.log(`  ${output.stderrPaint.yellow(key)}: ${shown(reason)}`);
    output.log(...statements.map((statement) => `    ${shown(statement)}`));
  }
  return output.confirm('Go on?');
}

/** What is asked before a run is started. */
interface ApprovalRequest {
  plan: Pick<Plan, 'pipeline' | 'needsApproval'>;
  /** The command as typed, for "next". */
  commandLine: string;
  options: { yes?: boolean; wait: boolean };
  /** Keys that need a person: --yes does not give them. */
  neverByYes?: string[];
}

/**
 * The keys a run may start with: what --yes gives, or a person; with --no-wait the run itself waits for the others,
 * durably. Throws where nobody can be asked, and where the answer is no.
 */
export async function initialApprovals(
  output: Output,
  { plan, commandLine, options, neverByYes = [] }: ApprovalRequest,
): Promise<string[]> {
  const wanted = plan.needsApproval;
  const keys = wanted.map(({ key }) => key);
  const given = options.yes ? keys.filter((key) => !neverByYes.includes(key)) : [];
  if (given.length === keys.length || !options.wait) return given;
  if (output.interactive) {
    if (await askApproval(output, wanted)) return keys;
    throw new CliError('not approved; nothing was started', EXIT.approval, commandLine);
  }
  const open = wanted.filter(({ key }) => !given.includes(key));
  const byYes = open.some(({ key }) => neverByYes.includes(key)) ? '' : '--yes approves what the plan shows; ';
  throw new CliError(
    `approval is needed for ${keysOf(open)}, and there is no terminal to ask on; nothing was started`,
    EXIT.approval,
    `${commandLine} ${byYes}--no-wait starts a run that waits for n2m approve ${plan.pipeline}`,
    { needsApproval: wanted, plan },
  );
}

/** `--no-wait`: says what to do next. A run that will ask is reported as such once it does. */
export async function detach(
  temporal: Temporal,
  output: Output,
  { pipeline, execution, joined }: Pick<FollowedRun<never>, 'pipeline' | 'execution' | 'joined'>,
): Promise<ExitCode> {
  const waitingFor = await approvalsAfterPlanning(temporal, pipeline, execution);
  const document = { pipeline, workflowId: runId(pipeline), runId: execution, joined, waitingFor };
  output.print(document, [`${pipeline}: the run ${joined ? 'goes on' : 'was started'}`]);
  if (waitingFor.length === 0) {
    output.log(`next: n2m status ${pipeline} --watch`);
    return EXIT.fine;
  }
  output.log(`it waits for approval of ${keysOf(waitingFor)}`, `next: n2m approve ${pipeline}`);
  return EXIT.approval;
}

/** Follows the run to its end, answering what it asks where somebody can be asked. */
export async function followAndApprove<R>(temporal: Temporal, output: Output, run: FollowedRun<R>): Promise<ExitCode> {
  const { pipeline, execution, commandLine } = run;
  await requireWorker(temporal);
  const end = await followRun<R>(temporal, output, {
    pipeline,
    execution,
    next: `correct it and run ${commandLine} again: it carries on from there`,
    answer: async (wanted) => {
      if (!output.interactive || !(await askApproval(output, wanted))) return false;
      await approve(
        temporal,
        pipeline,
        wanted.map(({ key }) => key),
      );
      return true;
    },
  });
  switch (end.end) {
    case 'done':
      return run.print(end.report);
    case 'detached':
      output.log(
        `detached; the run of ${pipeline} goes on`,
        `follow it again: ${commandLine}, or n2m status ${pipeline} --watch`,
      );
      return EXIT.interrupted;
    case 'waiting':
      throw new CliError(
        `the run of ${pipeline} waits for approval of ${keysOf(end.for)}`,
        EXIT.approval,
        `n2m approve ${pipeline}, or n2m reject ${pipeline}`,
        { needsApproval: end.for },
      );
  }
}

const keysOf = (approvals: Approval[]): string => approvals.map(({ key }) => key).join(', ');
