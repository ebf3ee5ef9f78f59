import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from './command';
import { EXIT } from './exit';

interface Options extends CommonOptions {
  reason: string;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('resume'))
    .argument('<name>', "the pipeline's name")
    .option('-r, --reason <text>', 'why, for whoever looks next', '')
    .description('start the scheduled checks again')
    .addHelpText(
      'after',
      '\nReplication itself is not touched.\n\nExamples:\n  n2m resume shop --reason "maintenance of the database"',
    )
    .action(
      action(exit, async (output, name: string, { reason }: Options) => {
        const pipeline = pipelineArgument(name);
        const { withTemporal } = await import('./temporal.js');
        const { switchWatch } = await import('./watching.js');
        return withTemporal(async (temporal) => {
          await switchWatch(temporal, pipeline, 'unpause', reason);
          output.give({ pipeline, paused: false, reason }, [`${pipeline}: the watch goes on`]);
          output.tell(`next: n2m status ${pipeline}`);
          return EXIT.fine;
        });
      }),
    );
