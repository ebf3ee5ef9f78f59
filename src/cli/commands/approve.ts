import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from '../command';
import { CliError, EXIT } from '../exit';
import { shown } from '../../core/text/shown';

interface ApproveOptions extends CommonOptions {
  yes?: boolean;
  only?: string[];
}

export const register: Register = (program, exit) =>
  withOutput(program.command('approve'))
    .argument('<name>', "the pipeline's name")
    .option('-y, --yes', 'approve without being asked')
    .option('--only <keys...>', 'approve these keys and leave the others open')
    .description('answer a run that waits for approval')
    .addHelpText('after', '\nExamples:\n  n2m approve shop\n  n2m approve shop --yes --only enable-logical-replication')
    .action(
      action(exit, async (output, name: string, options: ApproveOptions) => {
        const pipeline = pipelineArgument(name);
        const { withTemporal } = await import('../temporal/client.js');
        const { approve, pendingApprovals } = await import('../temporal/pending-approvals.js');
        return withTemporal(async (temporal) => {
          const open = await pendingApprovals(temporal, pipeline, 'approve');
          const wanted = options.only ? open.filter(({ key }) => options.only?.includes(key)) : open;
          const unknown = (options.only ?? []).filter((key) => !open.some((approval) => approval.key === key));
          if (unknown.length > 0) {
            const keys = open.map(({ key }) => key).join(', ');
            throw new CliError(
              `the run does not ask for ${unknown.join(', ')}; it asks for ${keys}`,
              EXIT.usage,
              `n2m approve ${pipeline}`,
            );
          }
          output.log(`the run of ${pipeline} asks for:`);
          output.log(...wanted.map(({ key, reason }) => `  ${output.stderrPaint.yellow(key)}: ${shown(reason)}`));
          if (!options.yes) {
            const asked = output.interactive && (await output.confirm('Approve?'));
            if (!asked)
              throw new CliError(
                'not approved; the run goes on waiting',
                EXIT.approval,
                `n2m approve ${pipeline} --yes, or n2m reject ${pipeline}`,
              );
          }
          const keys = wanted.map(({ key }) => key);
          await approve(temporal, pipeline, keys);
          output.print({ pipeline, approved: keys }, [`${pipeline}: approved ${keys.join(', ')}`]);
          output.log(`next: n2m status ${pipeline} --watch`);
          return EXIT.fine;
        });
      }),
    );
