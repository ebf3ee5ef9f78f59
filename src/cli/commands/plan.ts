import { plural } from '../../core/text/count';
import { action, withOutput, type CommonOptions, type Register } from '../command';
import { EXIT } from '../exit';
import { blocking, conflicts, renderPlan } from '../render/plan';

export const register: Register = (program, exit) =>
  withOutput(program.command('plan'))
    .argument('<file>', 'the pipeline file, - for stdin')
    .description('read both systems, print findings and what would change, in order; writes nothing')
    .addHelpText(
      'after',
      `
Exit codes: 0 no changes, 3 there are changes, 1 something stands in the way, 2
the file is wrong.

Examples:
  n2m plan pipeline.yaml
  n2m plan pipeline.yaml --output json | jq '.findings[].sentence'`,
    )
    .action(
      action(exit, async (output, file: string, _options: CommonOptions) => {
        const { readPipeline } = await import('../pipeline-file.js');
        const spec = await readPipeline(file, output);
        const { withTemporal } = await import('../temporal/client.js');
        const { makePlan } = await import('../temporal/run-plan.js');
        output.tell(`reading both systems for ${spec.name} …`);
        const plan = await withTemporal((temporal) => makePlan(temporal, spec, `n2m plan ${file}`));
        output.give(plan, renderPlan(plan, output.result, output.resultWidth));
        const stops = blocking(plan).length + conflicts(plan).length;
        if (stops > 0) {
          output.tell(`next: mend the ${plural(stops, 'thing')} above, then n2m plan ${file}`);
          return EXIT.failed;
        }
        if (plan.changes === 0) return EXIT.fine;
        output.tell(`next: n2m apply ${file}`);
        return EXIT.attention;
      }),
    );
