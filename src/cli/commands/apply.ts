import type { Plan } from '../../core/plan/types';
import type { ReplicateReport } from '../../core/run/types';
import type { PipelineSpec } from '../../core/spec/types';
import { plural } from '../../core/text/count';
import { action, withOutput, type CommonOptions, type Register } from '../command';
import { CliError, EXIT, type ExitCode } from '../exit';
import type { Output } from '../terminal/output';
import { blocking, conflicts, renderPlan } from '../render/plan';
import { needsManualWork } from '../render/repair';
import { isAlarming, renderReport } from '../render/report';
import type { StartedRun } from '../temporal/start-run';
import type { Temporal } from '../temporal/client';

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
What interrupts somebody or cannot be undone is asked for; without a terminal,
--yes is needed for it.

Examples:
  n2m apply pipeline.yaml
  n2m apply pipeline.yaml --yes --output json   in scripts
  n2m apply pipeline.yaml --no-wait             start it, then n2m approve NAME`,
    )
    .action(
      action(exit, async (output, file: string, options: ApplyOptions) => {
        const { readPipeline } = await import('../pipeline-file.js');
        const spec = await readPipeline(file, output);
        const { withTemporal } = await import('../temporal/client.js');
        return withTemporal((temporal) => apply(temporal, output, { spec, file, options, command: 'apply' }));
      }),
    );

export interface Request {
  spec: PipelineSpec;
  file: string;
  options: ApplyOptions;
  /** What was typed; every "next" says it again. */
  command: 'apply' | 'adopt';
  /** Refuses a plan for reasons of its own, before anything is asked or started. */
  refuse?: (plan: Plan) => void;
}

/** Plans, asks, starts or joins the run, follows it. */
export async function apply(temporal: Temporal, output: Output, request: Request): Promise<ExitCode> {
  const { spec, file, options, command } = request;
  const commandLine = `n2m ${command} ${file}`;
  const { runToJoin, startRun } = await import('../temporal/start-run.js');
  const { initialApprovals, followAndApprove, detach } = await import('../follow-and-approve.js');
  let run = await runToJoin(temporal, spec);
  if (run === null) {
    const { planPipeline } = await import('../temporal/run-plan.js');
    output.log(`reading both systems for ${spec.name} …`);
    const plan = await planPipeline(temporal, spec, commandLine);
    output.log(...renderPlan(plan, output.stderrPaint, output.stderrWidth));
    request.refuse?.(plan);
    refuseBlocked(plan, commandLine);
    run = await startRun(temporal, spec, await initialApprovals(output, { plan, commandLine, options }));
  }
  if (run.joined) tellJoined(output, spec.name, commandLine, run);
  const underWay = { pipeline: spec.name, execution: run.execution, joined: run.joined };
  if (!options.wait) return detach(temporal, output, underWay);
  return followAndApprove<ReplicateReport>(temporal, output, {
    ...underWay,
    commandLine,
    print: (report) => {
      output.print(report, renderReport(report, output.stdoutPaint));
      const broken = isAlarming(report.firstCheck?.verdict);
      return broken || needsManualWork(report.recreated) ? EXIT.attention : EXIT.fine;
    },
  });
}

function refuseBlocked(plan: Plan, commandLine: string): void {
  const stops = [...blocking(plan), ...conflicts(plan)];
  if (stops.length === 0) return;
  throw new CliError(
    `${plural(stops.length, 'thing')} above ${stops.length === 1 ? 'stands' : 'stand'} in the way; nothing was changed`,
    EXIT.failed,
    `mend ${stops.length === 1 ? 'it' : 'them'}, then ${commandLine}`,
    { plan },
  );
}

function tellJoined(output: Output, pipeline: string, commandLine: string, run: StartedRun): void {
  output.log(`a run of ${pipeline} is under way; following it`);
  if (run.sameFile === false) {
    output.log(
      output.stderrPaint.yellow(`it was started with another version of the file: run ${commandLine} again afterwards`),
    );
  }
}
