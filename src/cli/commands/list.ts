import { action, withOutput, type CommonOptions, type Register } from '../command';
import { EXIT } from '../exit';
import { renderList } from '../render/list';

export const register: Register = (program, exit) =>
  withOutput(program.command('list'))
    .description('every pipeline with its verdict, worst first')
    .addHelpText(
      'after',
      '\nExit codes: 0 all healthy, 3 attention needed.\n\nExamples:\n  n2m list\n  n2m list --output json | jq -r ".pipelines[].pipeline"',
    )
    .action(
      action(exit, async (output, _options: CommonOptions) => {
        const { withTemporal } = await import('../temporal/client.js');
        const { listPipelines } = await import('../temporal/list-pipelines.js');
        const pipelines = await withTemporal(listPipelines);
        const now = new Date().toISOString();
        output.print(
          { pipelines },
          renderList(pipelines, { paint: output.stdoutPaint, width: output.stdoutWidth, now }),
        );
        const [worst] = pipelines;
        if (worst === undefined) output.log('next: n2m init writes a file, n2m apply FILE starts a pipeline');
        else if (worst.verdict !== 'healthy') output.log(`next: n2m status ${worst.pipeline}`);
        return pipelines.every(({ verdict }) => verdict === 'healthy') ? EXIT.fine : EXIT.attention;
      }),
    );
