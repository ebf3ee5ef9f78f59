import { readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline/promises';
import { starterName, type StarterAnswers } from '../core/spec/starter';
import { CliError, EXIT } from './exit';
import type { Output } from './output';

export interface InitOptions {
  kind?: 'neon' | 'postgres';
  name?: string;
  project?: string;
  branch?: string;
  database?: string;
  table?: string[];
  schema?: string[];
  all?: boolean;
  tlsCa?: string;
  tls?: 'require' | 'disable';
  snapshotSize: string;
  steadySize: string;
  force?: boolean;
  alert?: 'slack' | 'webhook';
}

/** Asks one thing; `fallback` is taken for an empty answer. Null where nobody can be asked. */
export type Ask = ((question: string, fallback?: string) => Promise<string>) | null;

/** The answers from flags, and from a person for what they leave open. */
export async function answersOf(options: InitOptions, output: Output): Promise<Omit<StarterAnswers, 'schema'>> {
  if (!output.interactive) return collect(options, null);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await collect(options, asking(prompt));
  } finally {
    prompt.close();
  }
}

/** Asks in the order of the file, and only what no flag said. */
export async function collect(options: InitOptions, ask: Ask): Promise<Omit<StarterAnswers, 'schema'>> {
  if (ask === null) refuseGaps(options);
  const kind = options.kind ?? (options.project !== undefined ? 'neon' : await askKind(ask));
  const source = kind === 'neon' ? await neonSource(options, ask) : await postgresSource(options, ask);
  const database = options.database ?? (await need(ask, 'Database'));
  const tables = await selection(options, ask);
  const name = options.name ?? (await nameOf(database, ask));
  const { snapshotSize, steadySize, alert = null } = options;
  return { name, source, database, tables, snapshotSize, steadySize, alert };
}

/** Everything at once, as flags. */
function refuseGaps({ kind, project, database, table, schema, all, tlsCa, tls }: InitOptions): void {
  const neon = kind === 'neon' || (kind === undefined && project !== undefined);
  const missing = [
    ...(kind === undefined && project === undefined ? ['--kind'] : []),
    ...(neon && project === undefined ? ['--project'] : []),
    ...(kind === 'postgres' && tlsCa === undefined && tls === undefined ? ['--tls-ca or --tls'] : []),
    ...(database === undefined ? ['--database'] : []),
    ...(table === undefined && schema === undefined && !all ? ['--table, --schema or --all'] : []),
  ];
  if (missing.length === 0) return;
  throw new CliError(
    `there is no terminal to ask on, and the flags leave open: ${missing.join('; ')}`,
    EXIT.usage,
    'n2m init --help has an example',
  );
}

async function askKind(ask: Ask): Promise<'neon' | 'postgres'> {
  const answer = (await need(ask, 'Where are the tables, neon or postgres', 'neon')).toLowerCase();
  if (answer === 'neon' || answer === 'postgres') return answer;
  throw new CliError(`${JSON.stringify(answer)} is neither neon nor postgres`, EXIT.usage, 'n2m init');
}

async function neonSource({ project, branch }: InitOptions, ask: Ask): Promise<StarterAnswers['source']> {
  return {
    kind: 'neon',
    project: project ?? (await need(ask, 'Neon project, the id in its settings (shiny-wind-028834)')),
    branch: branch ?? null,
  };
}

async function postgresSource({ tlsCa, tls }: InitOptions, ask: Ask): Promise<StarterAnswers['source']> {
  if (tls !== undefined) return { kind: 'postgres', tls: { mode: tls, ca: null } };
  const file = tlsCa ?? (await need(ask, 'File of the certificate authority (PEM), - to go without verification', '-'));
  if (file === '-') return { kind: 'postgres', tls: { mode: 'require', ca: null } };
  const ca = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`${file} cannot be read (${error.code})`, EXIT.usage, 'name the PEM file of the authority');
  });
  return { kind: 'postgres', tls: { mode: 'verify-full', ca } };
}

async function selection({ table, schema, all }: InitOptions, ask: Ask): Promise<StarterAnswers['tables']> {
  const given = [table, schema, all].filter((choice) => choice !== undefined);
  if (given.length > 1) {
    throw new CliError('--table, --schema and --all exclude each other', EXIT.usage, 'keep one of them');
  }
  if (all) return { kind: 'all' };
  if (schema !== undefined) return { kind: 'schemas', names: schema };
  const names = table ?? listOf(await need(ask, 'Tables, separated by commas (public.orders, public.customers)'));
  return { kind: 'tables', names };
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

async function nameOf(database: string, ask: Ask): Promise<string> {
  const proposed = starterName(database);
  if (ask === null && proposed !== null) return proposed;
  if (ask === null) throw new CliError(`${database} makes no name for the pipeline`, EXIT.usage, '--name gives one');
  return need(ask, "The pipeline's name", proposed ?? undefined);
}

async function need(ask: Ask, question: string, fallback?: string): Promise<string> {
  if (ask === null) throw new CliError(`not answered: ${question}`, EXIT.usage, 'n2m init --help');
  return ask(question, fallback);
}

function asking(prompt: Interface): Ask {
  // Ctrl-D closes the prompt and would leave the question open for ever.
  const closed = new Promise<never>((_resolve, reject) => {
    prompt.once('close', () => reject(new CliError('stopped; nothing was written', EXIT.interrupted)));
  });
  closed.catch(() => undefined);
  return async (question, fallback) => {
    for (;;) {
      const suffix = fallback === undefined ? ': ' : ` [${fallback}]: `;
      const answer = (await Promise.race([prompt.question(question + suffix), closed])).trim();
      if (answer !== '') return answer;
      if (fallback !== undefined) return fallback;
    }
  };
}
