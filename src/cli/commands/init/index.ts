import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Option } from 'commander';
import { parsePipeline, writeProblem } from '../../../core/spec/parse';
import { starterFile, starterVariables, STARTER_SIZES, type StarterAnswers } from '../../../core/spec/starter';
import { action, withOutput, type CommonOptions, type Register } from '../../command';
import { CliError, EXIT } from '../../exit';
import { packageRoot } from '../../package-root';
import type { InitOptions } from './questions';
import type { Output } from '../../terminal/output';

export const register: Register = (program, exit) =>
  withOutput(program.command('init'))
    .argument('[file]', 'where to write it, - for stdout', 'pipeline.yaml')
    .addOption(new Option('-k, --kind <kind>', 'where the tables are').choices(['neon', 'postgres']))
    .option('-n, --name <name>', "the pipeline's name; default: made of the database's")
    .option('-p, --project <id>', 'Neon project, as in its settings')
    .option('-b, --branch <branch>', "Neon branch; default: the project's default branch")
    .option('-d, --database <database>', 'upstream database')
    .option('-t, --table <tables...>', 'tables to replicate: public.orders')
    .option('-s, --schema <schemas...>', 'every table of these schemas')
    .option('--all', 'every table of the database')
    .option('--tls-ca <file>', "PEM of the authority that signed the server's certificate, if it is not Neon's")
    .addOption(
      new Option('--tls <mode>', 'kind postgres, without --tls-ca').choices(['require', 'disable']).conflicts('tlsCa'),
    )
    .option('--cluster <name>', 'cluster in Materialize; default: ingest_<name>')
    .option('--snapshot-size <size>', `cluster size for the first copy; default: ${STARTER_SIZES.snapshot}`)
    .option('--steady-size <size>', `cluster size afterwards; default: ${STARTER_SIZES.steady}`)
    .addOption(new Option('--alert <sink>', 'who is told when something is wrong').choices(['slack', 'webhook']))
    .option('--force', 'overwrite the file')
    .description('write an annotated pipeline file; asks what the flags leave open')
    .addHelpText(
      'after',
      `
Where a worker runs, it looks up projects, branches, databases, tables,
clusters and sizes, with its N2M_SECRET_NEON_API_KEY, N2M_SECRET_POSTGRES_URL
and N2M_SECRET_MATERIALIZE_URL. Without a terminal nothing is asked: the flags
have to say what the tables are. No secret is asked for or written.

Examples:
  n2m init
  n2m init --project shiny-wind-028834 --database shop --table public.orders
  n2m init - --kind postgres --database shop --all --tls require | n2m sql -`,
    )
    .action(
      action(exit, async (output, file: string, options: InitOptions & CommonOptions) => {
        if (file !== '-' && !options.force) await refuseExisting(file);
        const { answersOf } = await import('./questions.js');
        const answers: StarterAnswers = { ...(await answersOf(options, output)), schema: schemaFrom(file) };
        const text = starterFile(answers);
        refuseWrong(text, file, output);
        const variables = starterVariables(answers);
        const named = file === '-' ? 'FILE' : file;
        const document = { file, pipeline: answers.name, variables };
        if (file !== '-') {
          await write(file, text);
          output.print(document, [`wrote ${file}`]);
        } else if (output.json) output.print({ ...document, text }, []);
        else process.stdout.write(text);
        output.log(`set on the worker: ${variables.join(', ')}`, `next: n2m doctor ${named}, then n2m plan ${named}`);
        return EXIT.fine;
      }),
    );

async function refuseExisting(file: string): Promise<void> {
  const there = await readFile(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (there) throw new CliError(`${file} exists`, EXIT.usage, 'another name, or --force to overwrite it');
}

/** The answers as the file has them are read as every file is. */
function refuseWrong(text: string, file: string, output: Output): void {
  const result = parsePipeline(text);
  if (result.ok) return;
  output.log(...result.problems.map((problem) => writeProblem(problem, file)));
  throw new CliError('the answers make no file that works; nothing was written', EXIT.usage, 'n2m init --help', {
    problems: result.problems,
  });
}

/** Only where the schema is installed below the file: another path would break on the next machine. */
function schemaFrom(file: string): string | null {
  if (file === '-') return null;
  const path = relative(dirname(resolve(file)), join(packageRoot(), 'pipeline.schema.json'));
  return path.startsWith('..') ? null : `./${path.split('\\').join('/')}`;
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(`${file} cannot be written (${code})`, EXIT.usage, 'another path');
  }
}
