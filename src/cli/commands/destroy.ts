import type { DestroyPlan, DestroyReport } from '../../core/destroy/types';
import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from '../command';
import { EXIT } from '../exit';
import { renderDestroyPlan, renderDestroyReport } from '../render/destroy';

interface DestroyOptions extends CommonOptions {
  yes?: boolean;
  wait: boolean;
  file?: string;
  leaveUpstream?: boolean;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('destroy'))
    .argument('<name>', "the pipeline's name")
    .option('-y, --yes', 'approve what the plan shows')
    .option('--no-wait', 'start the run and leave')
    .option('-f, --file <file>', 'the pipeline file, where Temporal does not know the pipeline any more')
    .option('--leave-upstream', 'touch nothing upstream and say what remains there')
    .description('take down what the pipeline made, then prove that its slot is gone')
    .addHelpText(
      'after',
      `
What n2m did not make stays: adopted and shared objects are listed with the
reason. A destroy that was ended half-way is finished by running it again. While
upstream cannot be reached it waits; --leave-upstream does not.

Exit code 3: done, but something was left behind; the report says what to run.

Examples:
  n2m destroy shop
  n2m destroy shop --yes --output json
  n2m destroy shop --file pipeline.yaml --leave-upstream`,
    )
    .action(
      action(exit, async (output, name: string, options: DestroyOptions) => {
        const pipeline = pipelineArgument(name);
        const { withTemporal } = await import('../temporal/client.js');
        const { lastAppliedSpec } = await import('../temporal/last-spec.js');
        const { planAndRun } = await import('../plan-and-run.js');
        return withTemporal(async (temporal) => {
          const spec = await lastAppliedSpec(temporal, output, pipeline, options.file);
          const leaveUpstream = options.leaveUpstream ?? false;
          return planAndRun<DestroyPlan, DestroyReport>(
            temporal,
            output,
            {
              commandLine: `n2m destroy ${pipeline}${leaveUpstream ? ' --leave-upstream' : ''}`,
              spec,
              planType: 'planDestruction',
              runType: 'destroyReplication',
              input: { spec, leaveUpstream },
              neverByYes: [],
              renderPlan: (plan) => renderDestroyPlan(plan, output.stderrPaint, output.stderrWidth),
              renderReport: (report) => renderDestroyReport(report, output.stdoutPaint, output.stdoutWidth),
              exitOf: (report) => (report.leftBehind === 0 ? EXIT.fine : EXIT.attention),
            },
            options,
          );
        });
      }),
    );
