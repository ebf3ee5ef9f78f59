import { runId } from '../../core/names';
import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from '../command';
import { CliError, EXIT } from '../exit';

export const register: Register = (program, exit) =>
  withOutput(program.command('cancel'))
    .argument('<name>', "the pipeline's name")
    .description('ask the run under way to stop cleanly, between two steps or two attempts')
    .addHelpText(
      'after',
      '\nWhat the run made so far stays; a later apply carries on from there.\n\nExamples:\n  n2m cancel shop',
    )
    .action(
      action(exit, async (output, name: string, _options: CommonOptions) => {
        const pipeline = pipelineArgument(name);
        const { withDeadline, withTemporal } = await import('../temporal/client.js');
        const { describeRun } = await import('../temporal/read-run.js');
        return withTemporal(async (temporal) => {
          const run = await describeRun(temporal, pipeline);
          if (run?.status.name !== 'RUNNING') {
            throw new CliError(`no run of ${pipeline} is under way`, EXIT.failed, `n2m status ${pipeline}`);
          }
          const handle = temporal.client.workflow.getHandle(runId(pipeline), run.runId);
          await withDeadline(temporal, () => handle.cancel());
          output.print({ pipeline, runId: run.runId, cancelRequested: true }, [
            `${pipeline}: asked the run to stop; it ends with the attempt under way of its current step`,
          ]);
          output.log(`next: n2m status ${pipeline}`);
          return EXIT.fine;
        });
      }),
    );
