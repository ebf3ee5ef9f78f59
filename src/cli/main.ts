import { Command, CommanderError } from 'commander';
import type { Register } from './command';
import { EXIT } from './exit';
import { traced } from './tracing';
import { Output } from './terminal/output';

const HELP_FOOTER = `
Exit codes: 0 fine, 1 failed, 2 the file or the arguments are wrong, 3 attention
needed (plan: there are changes; status, list: not healthy; verify: not equal;
apply: what it made is broken; repair: nothing that it can mend), 4 waiting for
approval, 5 Temporal or the worker is unreachable, 130 detached by Ctrl-C.

Temporal is found through TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY
… or a profile in temporal.toml.

Examples:
  n2m plan pipeline.yaml            what would change, and what is in the way
  n2m apply pipeline.yaml           do it and follow it live
  n2m status shop --watch           how the pipeline is`;

/** How to load one command alone, by its name; each loads what else it needs when it runs. `completion` needs them all. */
export const BY_NAME: Readonly<Record<string, () => Promise<Register>>> = {
  init: async () => (await import('./commands/init/index.js')).register,
  plan: async () => (await import('./commands/plan.js')).register,
  sql: async () => (await import('./commands/sql.js')).register,
  apply: async () => (await import('./commands/apply.js')).register,
  adopt: async () => (await import('./commands/adopt.js')).register,
  approve: async () => (await import('./commands/approve.js')).register,
  reject: async () => (await import('./commands/reject.js')).register,
  status: async () => (await import('./commands/status.js')).register,
  verify: async () => (await import('./commands/verify/index.js')).register,
  list: async () => (await import('./commands/list.js')).register,
  pause: async () => (await import('./commands/pause-resume.js')).pause,
  resume: async () => (await import('./commands/pause-resume.js')).resume,
  cancel: async () => (await import('./commands/cancel.js')).register,
  rotate: async () => (await import('./commands/rotate.js')).register,
  repair: async () => (await import('./commands/repair.js')).register,
  destroy: async () => (await import('./commands/destroy.js')).register,
  doctor: async () => (await import('./commands/doctor/index.js')).register,
  explain: async () => (await import('./commands/explain.js')).register,
  'codec-server': async () => (await import('./commands/codec-server.js')).register,
};

/** The command that is named, or all of them where help, a suggestion or a completion is to know them. */
async function commandsFor([name = '']: string[]): Promise<readonly Register[]> {
  const load = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  return load ? [await load()] : (await import('./every-command.js')).COMMANDS;
}

export function buildProgram(version: string, exit: (code: number) => void, commands: readonly Register[]): Command {
  const program = new Command('n2m')
    .description('Keeps tables of a Neon Postgres database replicated into Materialize.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', HELP_FOOTER)
    .showSuggestionAfterError(true)
    .showHelpAfterError('(n2m --help shows what there is)')
    .exitOverride();
  for (const register of commands) {
    const command = register(program, exit);
    command.showHelpAfterError(`(n2m ${command.name()} --help shows what it takes)`).exitOverride();
  }
  return program;
}

/** Runs one command line; resolves to the exit code. */
export async function main(args: string[], version: string): Promise<number> {
  quietWhenNobodyReads();
  let code: number = EXIT.fine;
  const program = buildProgram(version, (result) => void (code = result), await commandsFor(args));
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return EXIT.usage;
    }
    return await traced(program, version, args, async () => {
      await program.parseAsync(args, { from: 'user' });
      return code;
    });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : usageError(error, args);
    return new Output(false).fail(error);
  }
}

/** The parser has told people by now. */
function usageError({ message }: CommanderError, args: string[]): number {
  const [name = ''] = args;
  const next = Object.hasOwn(BY_NAME, name) ? `n2m ${name} --help` : 'n2m --help';
  const error = { message: message.replace(/^error: /, ''), next, exitCode: EXIT.usage };
  if (asksForJson(args)) new Output(true).print({ error }, []);
  return EXIT.usage;
}

const asksForJson = (args: string[]): boolean =>
  args.some(
    (word, at) =>
      ['--output=json', '-ojson'].includes(word) || (['--output', '-o'].includes(word) && args[at + 1] === 'json'),
  );

/** `n2m list | head -1` is no error. */
function quietWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
}
