import type { RotatePlan, RotateReport } from '../../core/repair/rotate-plan';
import { formatDuration } from '../../core/text/duration';
import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from '../command';
import { EXIT } from '../exit';
import { stepLines } from '../render/plan/steps';
import { shown } from '../../core/text/shown';

interface RotateOptions extends CommonOptions {
  yes?: boolean;
  wait: boolean;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('rotate'))
    .argument('<name>', "the pipeline's name")
    .option('-y, --yes', 'approve what the plan shows')
    .option('--no-wait', 'start the run and leave')
    .description('give the replication role a new password and see the source run with it')
    .addHelpText(
      'after',
      `
Through Neon's API or by SQL, as the role was made; where the file gives the
password, set it upstream and in its reference first. Run again after anything
went wrong: it sets another password.

Examples:
  n2m rotate shop
  n2m rotate shop --yes`,
    )
    .action(
      action(exit, async (output, name: string, options: RotateOptions) => {
        const pipeline = pipelineArgument(name);
        const { withTemporal } = await import('../temporal/client.js');
        const { lastAppliedSpec } = await import('../temporal/last-spec.js');
        const { planAndRun } = await import('../plan-and-run.js');
        return withTemporal(async (temporal) => {
          const spec = await lastAppliedSpec(temporal, output, pipeline, undefined);
          return planAndRun<RotatePlan, RotateReport>(
            temporal,
            output,
            {
              commandLine: `n2m rotate ${pipeline}`,
              spec,
              planType: 'planRotation',
              runType: 'rotateReplication',
              input: { spec },
              neverByYes: [],
              renderPlan: ({ steps }) =>
                steps.flatMap((step) => stepLines(step, output.stderrPaint, output.stderrWidth)),
              renderReport: ({ role, proofs, seconds }) => [
                `${output.stdoutPaint.green('✓')} ${pipeline}: ${shown(role)} has a new password, in ${formatDuration(seconds * 1000)}`,
                ...proofs.map((proof) => `  ${shown(proof)}`),
              ],
              exitOf: () => EXIT.fine,
            },
            options,
          );
        });
      }),
    );
