import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from '../command';
import { EXIT } from '../exit';

interface Options extends CommonOptions {
  reason: string;
}

interface Words {
  does: string;
  reason: string;
  /** Of the result. */
  now: string;
  next: string;
}

export const pause: Register = switching('pause', {
  does: 'stop the scheduled checks and comparisons, with a reason',
  reason: 'maintenance of the database',
  now: 'the watch is paused, comparisons, too; nobody is told what happens meanwhile',
  next: 'n2m resume',
});

export const resume: Register = switching('resume', {
  does: 'start the scheduled checks and comparisons again',
  reason: 'the database is back',
  now: 'the watch goes on',
  next: 'n2m status',
});

function switching(command: 'pause' | 'resume', words: Words): Register {
  return (program, exit) =>
    withOutput(program.command(command))
      .argument('<name>', "the pipeline's name")
      .option('-r, --reason <text>', 'why, for whoever looks next', '')
      .description(words.does)
      .addHelpText(
        'after',
        `\nReplication itself is not touched.\n\nExamples:\n  n2m ${command} shop --reason "${words.reason}"`,
      )
      .action(
        action(exit, async (output, name: string, { reason }: Options) => {
          const pipeline = pipelineArgument(name);
          const { withTemporal } = await import('../temporal/client.js');
          const { switchWatch } = await import('../temporal/watch.js');
          return withTemporal(async (temporal) => {
            await switchWatch(temporal, pipeline, command, reason);
            output.print({ pipeline, paused: command === 'pause', reason }, [`${pipeline}: ${words.now}`]);
            output.log(`next: ${words.next} ${pipeline}`);
            return EXIT.fine;
          });
        }),
      );
}
