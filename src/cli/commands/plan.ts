import { plural } from '../../core/text/count';
import { action, withOutput, type CommonOptions, type Register } from '../command';
import { EXIT } from '../exit';
import { blocking, conflicts, renderPlan } from '../render/plan';

interface PlanOptions extends CommonOptions {
  full?: boolean;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('plan'))
    .argument('<file>', 'the pipeline file, - for stdin')
    .option('--full', 'every name, change, note and fix, however many there are')
    .description('read both systems, print findings and what would change, in order; writes nothing')
    .addHelpText(
      'after',
      `
Exit codes: 0 no changes, 3 there are changes, 1 something stands in the way, 2
the file is wrong.

Examples:
  n2m plan pipeline.yaml
  n2m plan pipeline.yaml --full | less
  n2m plan pipeline.yaml --output json | jq '.findings[].sentence'`,
    )
    .action(
      action(exit, async (output, file: string, options: PlanOptions) => {
        const { readPipeline } = await import('../pipeline-file.js');
        const spec = await readPipeline(file, output);
        const { withTemporal } = await import('../temporal/client.js');
        const { planPipeline } = await import('../temporal/run-plan.js');
        output.log(`reading both systems for ${spec.name} …`);
        const plan = await withTemporal((temporal) => planPipeline(temporal, spec, `n2m plan ${file}`));
        output.print(plan, renderPlan(plan, output.stdoutPaint, output.stdoutWidth, options.full));
        const stops = blocking(plan).length + conflicts(plan).length;
        if (stops > 0) {
          output.log(`next: mend the ${plural(stops, 'thing')} above, then n2m plan ${file}`);
          return EXIT.failed;
        }
        if (plan.changes === 0) return EXIT.fine;
        output.log(`next: n2m apply ${file}`);
        return EXIT.attention;
      }),
    );
