import type { RepairPlan, RepairReport } from '../../core/repair/types';
import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from '../command';
import { EXIT } from '../exit';
import { needsManualWork, renderRepairPlan, renderRepairReport } from '../render/repair';

interface RepairOptions extends CommonOptions {
  yes?: boolean;
  wait: boolean;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('repair'))
    .argument('<name>', "the pipeline's name")
    .option('-y, --yes', 'approve what the plan shows')
    .option('--no-wait', 'start the run and leave')
    .description('mend what the watch found broken, the least destructive way that helps')
    .addHelpText(
      'after',
      `
A refused password is rotated; publication and replica identity are put right; a
dead table alone is dropped and added again; only a lost slot makes the source
anew. Views, indexes, privileges and comments built on what is dropped are kept,
made again and compared; what could not be made is printed. After three repairs
in a day --yes does not do.

Exit code 3: something is left for a person, repaired or not.

Examples:
  n2m repair shop
  n2m repair shop --yes --output json`,
    )
    .action(
      action(exit, async (output, name: string, options: RepairOptions) => {
        const pipeline = pipelineArgument(name);
        const { withTemporal } = await import('../temporal/client.js');
        const { lastAppliedSpec } = await import('../temporal/last-spec.js');
        const { planAndRun } = await import('../plan-and-run.js');
        const { lastCheck, readWatch } = await import('../temporal/watch.js');
        return withTemporal(async (temporal) => {
          const spec = await lastAppliedSpec(temporal, output, pipeline, undefined);
          const watch = await readWatch(temporal, pipeline);
          const memory = watch && ((await lastCheck(temporal, watch))?.memory ?? null);
          return planAndRun<RepairPlan, RepairReport>(
            temporal,
            output,
            {
              commandLine: `n2m repair ${pipeline}`,
              spec,
              planType: 'planRepair',
              runType: 'repairReplication',
              input: { spec, memory },
              neverByYes: ['repair-again'],
              renderPlan: (plan) => renderRepairPlan(plan, output.stderrPaint, output.stderrWidth),
              renderReport: (report) => renderRepairReport(report, output.stdoutPaint, output.stdoutWidth),
              exitOfPlan: ({ symptoms }) => (symptoms.length > 0 ? EXIT.attention : EXIT.fine),
              exitOf: ({ recreated, verdict }) =>
                needsManualWork(recreated) || verdict.name === 'broken' ? EXIT.attention : EXIT.fine,
            },
            options,
          );
        });
      }),
    );
