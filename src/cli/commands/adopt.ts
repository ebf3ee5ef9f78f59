import type { Plan } from '../../core/plan/types';
import { plural } from '../../core/text/count';
import { action, withOutput, type Register } from '../command';
import type { ApplyOptions } from './apply';
import { CliError, EXIT } from '../exit';
import type { Output } from '../terminal/output';
import { conflicts } from '../render/plan';
import { renderSideBySide } from '../render/side-by-side';

/** As many as a sentence carries. */
const MOST_REASONS = 4;

export const register: Register = (program, exit) =>
  withOutput(program.command('adopt'))
    .argument('<file>', 'the pipeline file, - for stdin')
    .option('-y, --yes', 'approve what the plan shows')
    .option('--no-wait', 'start the run and leave')
    .description('take over objects that were made by hand: what matches is kept and watched from then on')
    .addHelpText(
      'after',
      `
What the file names and both systems have is compared. What matches is adopted:
it is watched, changed where the file changes, and left alone by n2m destroy.
What differs is shown side by side, and nothing is dropped or made again.

Examples:
  n2m adopt pipeline.yaml
  n2m adopt pipeline.yaml --yes --output json`,
    )
    .action(
      action(exit, async (output, file: string, options: ApplyOptions) => {
        const { readPipeline } = await import('../pipeline-file.js');
        const spec = await readPipeline(file, output);
        const { withTemporal } = await import('../temporal/client.js');
        const { apply } = await import('./apply.js');
        const { destructiveIn } = await import('../../core/plan/destructive.js');
        return withTemporal((temporal) =>
          apply(temporal, output, {
            spec,
            file,
            options,
            command: 'adopt',
            refuse: (plan) => refuse(plan, destructiveIn(plan), file, output),
          }),
        );
      }),
    );

/** Nothing there, something that differs, or something that would be made again: each is a person's decision. */
export function refuse(plan: Plan, destructive: string[], file: string, output: Output): void {
  const differing = conflicts(plan);
  if (differing.length > 0) {
    output.log('', ...renderSideBySide(differing, output.stderrPaint, output.stderrWidth));
    throw new CliError(
      `${plural(differing.length, 'object')} differ${differing.length === 1 ? 's' : ''} from ${file}; nothing was changed`,
      EXIT.failed,
      `write into ${file} what is there, or change the object, then n2m adopt ${file}`,
      { plan },
    );
  }
  if (destructive.length > 0) {
    const more = destructive.length > MOST_REASONS ? `; and ${plural(destructive.length - MOST_REASONS, 'more')}` : '';
    throw new CliError(
      `adopting drops and recreates nothing: ${destructive.slice(0, MOST_REASONS).join('; ')}${more}`,
      EXIT.failed,
      `write into ${file} what is there; n2m apply ${file} does it after asking`,
      { plan },
    );
  }
  if (plan.steps.some(({ id, action }) => id === 'source' && action === 'create')) {
    throw new CliError(
      `there is no source to adopt under the names in ${file}`,
      EXIT.failed,
      `materialize.names in the file names other objects; n2m apply ${file} makes new ones`,
      { plan },
    );
  }
}
