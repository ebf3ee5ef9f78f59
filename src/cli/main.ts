import { Command, CommanderError } from 'commander';
import { register as adopt } from './commands/adopt';
import { register as apply } from './commands/apply';
import { register as approve } from './commands/approve';
import { register as cancel } from './commands/cancel';
import { register as codecServer } from './commands/codec-server';
import { register as completion } from './commands/completion';
import { register as destroy } from './commands/destroy';
import { register as doctor } from './commands/doctor';
import { register as explain } from './commands/explain';
import { register as init } from './commands/init';
import { register as list } from './commands/list';
import { register as plan } from './commands/plan';
import { register as reject } from './commands/reject';
import { register as repair } from './commands/repair';
import { register as rotate } from './commands/rotate';
import { register as sql } from './commands/sql';
import { register as status } from './commands/status';
import { register as verify } from './commands/verify';
import { pause, resume } from './commands/pause-resume';
import { EXIT } from './exit';
import { Output } from './terminal/output';

const HELP_FOOTER = `
Exit codes: 0 fine, 1 failed, 2 the file or the arguments are wrong, 3 attention
needed (plan: there are changes; status, list: not healthy; verify: not equal),
4 waiting for approval, 5 Temporal or the worker is unreachable, 130 detached by
Ctrl-C.

Temporal is found through TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY
… or a profile in temporal.toml.

Examples:
  n2m plan pipeline.yaml            what would change, and what is in the way
  n2m apply pipeline.yaml           do it and follow it live
  n2m status shop --watch           how the pipeline is`;

/** Registered in the order of the help. Each command loads what it needs when it runs: --help and sql need no client. */
const COMMANDS = [
  init,
  plan,
  sql,
  apply,
  adopt,
  approve,
  reject,
  status,
  verify,
  list,
  pause,
  resume,
  cancel,
  rotate,
  repair,
  destroy,
  doctor,
  explain,
  codecServer,
  completion,
];

export function buildProgram(version: string, exit: (code: number) => void): Command {
  const program = new Command('n2m')
    .description('Keeps tables of a Neon Postgres database replicated into Materialize.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', HELP_FOOTER)
    .showSuggestionAfterError(true)
    .showHelpAfterError('(n2m --help shows what there is)')
    .exitOverride();
  for (const register of COMMANDS) {
    const command = register(program, exit);
    command.showHelpAfterError(`(n2m ${command.name()} --help shows what it takes)`).exitOverride();
  }
  return program;
}

/** Runs one command line; resolves to the exit code. */
export async function main(args: string[], version: string): Promise<number> {
  quietWhenNobodyReads();
  let code: number = EXIT.fine;
  const program = buildProgram(version, (result) => void (code = result));
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return EXIT.usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    return new Output(false).fail(error);
  }
}

/** `n2m list | head -1` is no error. */
function quietWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
}
