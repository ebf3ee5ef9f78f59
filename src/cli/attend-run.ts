import { runId } from '../core/names';
import type { Approval, Plan } from '../core/plan/types';
import { approve } from './temporal/pending-approvals';
import { CliError, EXIT, type ExitCode } from './exit';
import { follow } from './temporal/follow-run';
import type { Output } from './terminal/output';
import { settled } from './temporal/first-approvals';
import { requireWorker, type Temporal } from './temporal/client';
import { shown } from '../core/text/shown';

/** A run that works on a pipeline, and what the command that started or joined it does at its end. */
export interface UnderWay<R> {
  pipeline: string;
  execution: string;
  /** It was under way before. */
  joined: boolean;
  /** The command as typed, for "next". */
  typed: string;
  /** Prints the report of a run that went well. */
  give(report: R): ExitCode;
}

/** Asks a person for what needs approval; yes only for a clear yes. */
export async function ask(output: Output, wanted: Approval[]): Promise<boolean> {
  output.tell('', output.story.bold('Needs your approval:'));
  for (const { key, reason, statements = [] } of wanted) {
    output.tell(`  ${output.story.yellow(key)}: ${shown(reason)}`);
    output.tell(...statements.map((statement) => `    ${shown(statement)}`));
  }
  return output.confirm('Go on?');
}

/** What is asked before a run is started. */
interface Asking {
  plan: Pick<Plan, 'pipeline' | 'needsApproval'>;
  /** The command as typed, for "next". */
  typed: string;
  options: { yes?: boolean; wait: boolean };
  /** Keys that need a person: --yes does not give them. */
  personal?: string[];
}

/**
 * The keys a run may start with: what --yes gives, or a person; with --no-wait the run itself waits for the others,
 * durably. Throws where nobody can be asked, and where the answer is no.
 */
export async function approvals(output: Output, { plan, typed, options, personal = [] }: Asking): Promise<string[]> {
  const wanted = plan.needsApproval;
  const keys = wanted.map(({ key }) => key);
  const given = options.yes ? keys.filter((key) => !personal.includes(key)) : [];
  if (given.length === keys.length || !options.wait) return given;
  if (output.interactive) {
    if (await ask(output, wanted)) return keys;
    throw new CliError('not approved; nothing was started', EXIT.approval, typed);
  }
  const open = wanted.filter(({ key }) => !given.includes(key));
  const byYes = open.some(({ key }) => personal.includes(key)) ? '' : '--yes approves what the plan shows; ';
  throw new CliError(
    `approval is needed for ${keysOf(open)}, and there is no terminal to ask on; nothing was started`,
    EXIT.approval,
    `${typed} ${byYes}--no-wait starts a run that waits for n2m approve ${plan.pipeline}`,
    { needsApproval: wanted, plan },
  );
}

/** `--no-wait`: says what to do next. A run that will ask is reported as such once it does. */
export async function leave(
  temporal: Temporal,
  output: Output,
  { pipeline, execution, joined }: Pick<UnderWay<never>, 'pipeline' | 'execution' | 'joined'>,
): Promise<ExitCode> {
  const waitingFor = await settled(temporal, pipeline, execution);
  const document = { pipeline, workflowId: runId(pipeline), runId: execution, joined, waitingFor };
  output.give(document, [`${pipeline}: the run ${joined ? 'goes on' : 'was started'}`]);
  if (waitingFor.length === 0) {
    output.tell(`next: n2m status ${pipeline} --watch`);
    return EXIT.fine;
  }
  output.tell(`it waits for approval of ${keysOf(waitingFor)}`, `next: n2m approve ${pipeline}`);
  return EXIT.approval;
}

/** Follows the run to its end, answering what it asks where somebody can be asked. */
export async function attend<R>(temporal: Temporal, output: Output, run: UnderWay<R>): Promise<ExitCode> {
  const { pipeline, execution, typed } = run;
  await requireWorker(temporal);
  const end = await follow<R>(temporal, output, {
    pipeline,
    execution,
    again: `correct it and run ${typed} again: it carries on from there`,
    answer: async (wanted) => {
      if (!output.interactive || !(await ask(output, wanted))) return false;
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
      return run.give(end.report);
    case 'detached':
      output.tell(
        `detached; the run of ${pipeline} goes on`,
        `follow it again: ${typed}, or n2m status ${pipeline} --watch`,
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
