import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from '../command';
import { EXIT } from '../exit';

interface RejectOptions extends CommonOptions {
  reason: string;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('reject'))
    .argument('<name>', "the pipeline's name")
    .option('-r, --reason <text>', 'why, for the run’s history', '')
    .description('end a run that waits for approval')
    .addHelpText('after', '\nExamples:\n  n2m reject shop --reason "not before the sale is over"')
    .action(
      action(exit, async (output, name: string, options: RejectOptions) => {
        const pipeline = pipelineArgument(name);
        const { withTemporal } = await import('../temporal/client.js');
        const { pendingApprovals, reject } = await import('../temporal/pending-approvals.js');
        return withTemporal(async (temporal) => {
          const open = await pendingApprovals(temporal, pipeline, 'reject');
          await reject(temporal, pipeline, options.reason);
          const keys = open.map(({ key }) => key);
          output.print({ pipeline, rejected: keys, reason: options.reason }, [
            `${pipeline}: rejected ${keys.join(', ')}; the run ends`,
          ]);
          output.log('next: change the file, then n2m apply FILE');
          return EXIT.fine;
        });
      }),
    );
