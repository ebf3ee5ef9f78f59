import { runId } from '../core/names';
import type { Approval, Plan } from '../core/plan/types';
import type { PipelineSpec } from '../core/spec/types';
import { plural } from '../core/text/count';
import { printable } from '../core/text/fit';
import { action, withOutput, type CommonOptions, type Register } from './command';
import { CliError, EXIT, type ExitCode } from './exit';
import type { Output } from './output';
import { blocking, conflicts, renderPlan } from './render/plan';
import { renderReport } from './render/report';
import type { Started } from './starting';
import type { Temporal } from './temporal';

export interface ApplyOptions extends CommonOptions {
  yes?: boolean;
  wait: boolean;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('apply'))
    .argument('<file>', 'the pipeline file, - for stdin')
    .option('-y, --yes', 'approve what the plan shows')
    .option('--no-wait', 'start the run and leave')
    .description('plan, ask, start (or join) the run and follow it live; Ctrl-C detaches, never cancels')
    .addHelpText(
      'after',
      `
What interrupts somebody or cannot be undone is asked for; without a terminal, --yes is needed for it.

Examples:
  n2m apply pipeline.yaml
  n2m apply pipeline.yaml --yes --output json      in scripts
  n2m apply pipeline.yaml --no-wait                start it, then n2m approve NAME, n2m status NAME`,
    )
    .action(
      action(exit, async (output, file: string, options: ApplyOptions) => {
        const { readPipeline } = await import('./file.js');
        const spec = await readPipeline(file, output);
        const { withTemporal } = await import('./temporal.js');
        return withTemporal((temporal) => apply(temporal, output, { spec, file, options }));
      }),
    );

export interface Request {
  spec: PipelineSpec;
  file: string;
  options: ApplyOptions;
  /** Refuses a plan for reasons of its own, before anything is asked or started. */
  refuse?: (plan: Plan) => void;
}

/** Plans, asks, starts or joins the run, follows it. */
export async function apply(temporal: Temporal, output: Output, request: Request): Promise<ExitCode> {
  const { spec, file, options } = request;
  const { joinable, start } = await import('./starting.js');
  const { requireWorker } = await import('./temporal.js');
  let run = await joinable(temporal, spec);
  if (run === null) {
    const { makePlan } = await import('./planning.js');
    output.tell(`reading both systems for ${spec.name} …`);
    const plan = await makePlan(temporal, spec, `n2m apply ${file}`);
    output.tell(...renderPlan(plan, output.story, output.width));
    request.refuse?.(plan);
    refuseBlocked(plan, file);
    run = await start(temporal, spec, await approvals(plan, output, request));
  }
  if (run.joined) tellJoined(output, spec.name, file, run);
  if (!options.wait) return left(temporal, output, spec.name, run);
  await requireWorker(temporal);
  return followToEnd(temporal, output, request, run);
}

function refuseBlocked(plan: Plan, file: string): void {
  const stops = [...blocking(plan), ...conflicts(plan)];
  if (stops.length === 0) return;
  throw new CliError(
    `${plural(stops.length, 'thing')} above ${stops.length === 1 ? 'stands' : 'stand'} in the way; nothing was changed`,
    EXIT.failed,
    `mend ${stops.length === 1 ? 'it' : 'them'}, then n2m apply ${file}`,
    { plan },
  );
}

/** The keys the run may use without waiting. */
async function approvals(plan: Plan, output: Output, { file, options }: Request): Promise<string[]> {
  const keys = plan.needsApproval.map(({ key }) => key);
  if (keys.length === 0 || options.yes) return keys;
  // The run waits for its approval durably; n2m approve gives it.
  if (!options.wait) return [];
  if (!output.interactive) {
    throw new CliError(
      `approval is needed for ${keys.join(', ')}, and there is no terminal to ask on; nothing was started`,
      EXIT.approval,
      `n2m apply ${file} --yes approves what the plan shows; --no-wait starts a run that waits for n2m approve ${plan.pipeline}`,
      { needsApproval: plan.needsApproval },
    );
  }
  if (await ask(output, plan.needsApproval)) return keys;
  throw new CliError('not approved; nothing was started', EXIT.approval, `n2m apply ${file}`);
}

async function ask(output: Output, wanted: Approval[]): Promise<boolean> {
  output.tell('', output.story.bold('Needs your approval:'));
  output.tell(...wanted.map(({ key, reason }) => `  ${output.story.yellow(key)}: ${printable(reason)}`));
  return output.confirm('Go on?');
}

function tellJoined(output: Output, pipeline: string, file: string, run: Started): void {
  output.tell(`a run of ${pipeline} is under way; following it`);
  if (run.sameFile === false) {
    output.tell(
      output.story.yellow(`it was started with another version of the file: run n2m apply ${file} again afterwards`),
    );
  }
}

/** `--no-wait`: says what to do next. A run that will ask is reported as such once it does. */
async function left(temporal: Temporal, output: Output, pipeline: string, run: Started): Promise<ExitCode> {
  const { settled } = await import('./settled.js');
  const waitingFor = await settled(temporal, pipeline, run.execution);
  const document = { pipeline, workflowId: runId(pipeline), runId: run.execution, joined: run.joined, waitingFor };
  output.give(document, [`${pipeline}: the run ${run.joined ? 'goes on' : 'was started'}`]);
  if (waitingFor.length === 0) {
    output.tell(`next: n2m status ${pipeline} --watch`);
    return EXIT.fine;
  }
  output.tell(
    `it waits for approval of ${waitingFor.map(({ key }) => key).join(', ')}`,
    `next: n2m approve ${pipeline}`,
  );
  return EXIT.approval;
}

async function followToEnd(temporal: Temporal, output: Output, request: Request, run: Started): Promise<ExitCode> {
  const { name } = request.spec;
  const { follow } = await import('./follow.js');
  const { approve } = await import('./answering.js');
  const end = await follow(temporal, output, {
    pipeline: name,
    execution: run.execution,
    answer: async (wanted) => {
      if (!output.interactive || !(await ask(output, wanted))) return false;
      await approve(
        temporal,
        name,
        wanted.map(({ key }) => key),
      );
      return true;
    },
  });
  switch (end.end) {
    case 'done':
      output.give(end.report, renderReport(end.report, output.result));
      return EXIT.fine;
    case 'detached':
      output.tell(
        `detached; the run of ${name} goes on`,
        `follow it again: n2m apply ${request.file}, or n2m status ${name} --watch`,
      );
      return EXIT.interrupted;
    case 'waiting':
      throw new CliError(
        `the run of ${name} waits for approval of ${end.for.map(({ key }) => key).join(', ')}`,
        EXIT.approval,
        `n2m approve ${name}, or n2m reject ${name}`,
        { needsApproval: end.for },
      );
  }
}
