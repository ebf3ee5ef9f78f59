import { action, withOutput, type CommonOptions, type Register } from '../../command';
import { CliError, EXIT, type ExitCode } from '../../exit';
import { renderDoctor, type Diagnosis } from '../../render/doctor';

export const register: Register = (program, exit) =>
  withOutput(program.command('doctor'))
    .argument('[file]', 'a pipeline file: also looks whether the worker reaches what it names; - for stdin')
    .description('is everything there that is needed? Each line says how to mend')
    .addHelpText(
      'after',
      `
Looks at Temporal, the namespace, its search attributes, the worker and its
version, the builds that poll and which of them is given what begins, the
schedules; with a file also at references, source and Materialize as the worker
sees them, and at the difference of the clocks. Changes nothing.

Exit codes: 0 all is well, 3 something is to be mended, 5 Temporal or the worker
does not answer.

Examples:
  n2m doctor
  n2m doctor pipeline.yaml
  n2m doctor --output json | jq '.lines[] | select(.state != "ok")'`,
    )
    .action(
      action(exit, async (output, file: string | undefined, _options: CommonOptions) => {
        const { readPipeline } = await import('../../pipeline-file.js');
        const spec = file === undefined ? null : await readPipeline(file, output);
        const { withTemporal } = await import('../../temporal/client.js');
        const { diagnose } = await import('./diagnosis.js');
        const lines = await withTemporal((temporal) => diagnose(temporal, spec, program.version() ?? '')).catch(
          unreachable,
        );
        output.print({ lines }, renderDoctor(lines, { paint: output.stdoutPaint, width: output.stdoutWidth }));
        return exitOf(lines);
      }),
    );

/** That nothing answers is this command's result, not its failure. */
function unreachable(error: unknown): Diagnosis[] {
  if (!(error instanceof CliError) || error.exitCode !== EXIT.unreachable) throw error;
  return [{ what: 'Temporal', state: 'wrong', detail: error.message, next: error.next }];
}

function exitOf(lines: Diagnosis[]): ExitCode {
  const bad = lines.filter(({ state }) => state === 'wrong' || state === 'warning');
  if (bad.length === 0) return EXIT.fine;
  const unreachable = bad.some(
    ({ what, state }) => state === 'wrong' && ['Temporal', 'namespace', 'worker', 'builds'].includes(what),
  );
  return unreachable ? EXIT.unreachable : EXIT.attention;
}
