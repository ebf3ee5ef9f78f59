import { action, withOutput, type CommonOptions, type Register } from '../command';
import { EXIT } from '../exit';
import { renderSteps, script } from '../render/sql';

export const register: Register = (program, exit) =>
  withOutput(program.command('sql'))
    .argument('<file>', 'the pipeline file, - for stdin')
    .description('print every statement and API call it would send, commented; needs no connection')
    .addHelpText(
      'after',
      '\nSecrets are shown as placeholders: they are known on the worker only.\n\nExamples:\n  n2m sql pipeline.yaml\n  n2m sql pipeline.yaml --output json | jq -r ".steps[].calls[].text"',
    )
    .action(
      action(exit, async (output, file: string, _options: CommonOptions) => {
        const { readPipeline } = await import('../pipeline-file.js');
        const spec = await readPipeline(file, output);
        const steps = script(spec);
        output.print({ pipeline: spec.name, steps }, renderSteps(spec.name, steps));
        return EXIT.fine;
      }),
    );
