import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from './command';
import { EXIT } from './exit';

interface Options extends CommonOptions {
  reason: string;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('pause'))
    .argument('<name>', "the pipeline's name")
    .option('-r, --reason <text>', 'why, for whoever looks next', '')
    .description('stop the scheduled checks, with a reason')
    .addHelpText(
      'after',
      '\nReplication itself is not touched.\n\nExamples:\n  n2m pause shop --reason "maintenance of the database"',
    )
    .action(
      action(exit, async (output, name: string, { reason }: Options) => {
        const pipeline = pipelineArgument(name);
        const { withTemporal } = await import('./temporal.js');
        const { switchWatch } = await import('./watching.js');
        return withTemporal(async (temporal) => {
          await switchWatch(temporal, pipeline, 'pause', reason);
          output.give({ pipeline, paused: true, reason }, [
            `${pipeline}: the watch is paused; nobody is told what happens meanwhile`,
          ]);
          output.tell(`next: n2m resume ${pipeline}`);
          return EXIT.fine;
        });
      }),
    );
