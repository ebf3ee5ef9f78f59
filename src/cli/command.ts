import { Option, type Command } from 'commander';
import { isPipelineName } from '../core/names';
import { CliError, EXIT, type ExitCode } from './exit';
import { Output } from './terminal/output';

/** Adds a command to the program; `exit` takes its exit code. */
export type Register = (program: Command, exit: (code: number) => void) => Command;

export interface CommonOptions {
  output: 'text' | 'json';
}

export function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'text for people, json for programs').choices(['text', 'json']).default('text'),
  );
}

/** Runs the work of a command; whatever it throws ends in one sentence and an exit code. */
export function action<A extends unknown[]>(
  exit: (code: number) => void,
  work: (output: Output, ...args: A) => Promise<ExitCode>,
): (...args: [...A, unknown]) => Promise<void> {
  return async (...all) => {
    // Commander passes arguments, options, command; the options are the last but one.
    const args = all.slice(0, -1) as unknown as A;
    const output = new Output((args.at(-1) as CommonOptions).output === 'json');
    try {
      exit(await work(output, ...args));
    } catch (error) {
      exit(output.fail(error));
    }
  };
}

/** Names go into workflow ids: what cannot be one is refused before anything is asked. */
export function pipelineArgument(name: string): string {
  if (isPipelineName(name)) return name;
  const file = /\.(ya?ml|json)$/i.test(name);
  throw new CliError(
    file ? `${name} is a file; this command takes the pipeline's name` : `${JSON.stringify(name)} is no pipeline name`,
    EXIT.usage,
    'n2m list shows the names',
  );
}
