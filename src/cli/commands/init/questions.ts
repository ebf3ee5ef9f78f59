import { readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline/promises';
import { defaultCluster } from '../../../core/spec/complete';
import { parsePipeline } from '../../../core/spec/parse';
import { starterFile, starterName, STARTER_SIZES, type StarterAnswers } from '../../../core/spec/starter';
import { shown } from '../../../core/text/shown';
import { chooser, askRequired, type Ask, type Chooser } from './choices';
import { CliError, EXIT } from '../../exit';
import { NO_LOOKUPS, withLookups, type Lookups } from './lookups';
import type { Output } from '../../terminal/output';

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
  cluster?: string;
  snapshotSize?: string;
  steadySize?: string;
  force?: boolean;
  alert?: 'slack' | 'webhook';
}

/** The answers from flags, and from a person for what they leave open; a worker, where one answers, has the choices. */
export async function answersOf(options: InitOptions, output: Output): Promise<Omit<StarterAnswers, 'schema'>> {
  if (!output.interactive) return collectAnswers(options, null);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await withLookups(output, (lookups) => collectAnswers(options, lineByLine(prompt), lookups));
  } finally {
    prompt.close();
  }
}

/** Asks in the order of the file, and only what no flag said and no look-up decides. */
export async function collectAnswers(
  options: InitOptions,
  ask: Ask,
  lookups: Lookups = NO_LOOKUPS,
): Promise<Omit<StarterAnswers, 'schema'>> {
  if (ask === null) requireFlags(options);
  const choose = chooser(ask, lookups);
  const kind = options.kind ?? (options.project !== undefined ? 'neon' : await askKind(ask));
  const source = kind === 'neon' ? await neonSource(options, choose) : await postgresSource(options, ask);
  const database =
    options.database ??
    (source.kind === 'neon'
      ? await choose.one('Database', { what: 'databases', project: source.project, branch: source.branch })
      : await askRequired(ask, 'Database'));
  const selected = selectionOf(options);
  const named = options.name ?? starterName(database);
  const sizes = { snapshotSize: STARTER_SIZES.snapshot, steadySize: STARTER_SIZES.steady };
  const draft = { source, database, cluster: null, ...sizes, alert: options.alert ?? null, schema: null };
  const tables =
    selected ?? (await chooseTables(choose, { ...draft, name: named ?? 'draft', tables: { kind: 'all' } }));
  const name = options.name ?? (await nameOf(database, ask));
  const size = (what: 'snapshot' | 'steady') => choose.size(options[`${what}Size`], STARTER_SIZES[what], what);
  const { alert } = draft;
  return {
    name,
    source,
    database,
    tables,
    cluster: await choose.cluster(options.cluster, defaultCluster(name)),
    snapshotSize: await size('snapshot'),
    steadySize: await size('steady'),
    alert,
  };
}

/** What is there, as the worker with its keys sees it; the same file, with every table, is how it gets there. */
async function chooseTables(choose: Chooser, draft: StarterAnswers): Promise<StarterAnswers['tables']> {
  const file = parsePipeline(starterFile(draft));
  const question = 'Tables, separated by commas (public.orders, public.customers)';
  const names = await choose.many(question, file.ok ? { what: 'tables', spec: file.spec } : null);
  return names === 'all' ? { kind: 'all' } : { kind: 'tables', names };
}

/** Everything at once, as flags. */
function requireFlags({ kind, project, database, table, schema, all, tlsCa, tls }: InitOptions): void {
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
  const answer = (await askRequired(ask, 'Where are the tables, neon or postgres', 'neon')).toLowerCase();
  if (answer === 'neon' || answer === 'postgres') return answer;
  throw new CliError(`${JSON.stringify(answer)} is neither neon nor postgres`, EXIT.usage, 'n2m init');
}

async function neonSource(options: InitOptions, choose: Chooser): Promise<StarterAnswers['source'] & { kind: 'neon' }> {
  const question = 'Neon project, the id in its settings (shiny-wind-028834)';
  const project = options.project ?? (await choose.one(question, { what: 'projects' }));
  const branch = options.branch ?? (await choose.oneUnlessDefault('Branch', { what: 'branches', project }));
  return { kind: 'neon', project, branch, ...(options.tlsCa === undefined ? {} : { ca: await pem(options.tlsCa) }) };
}

async function postgresSource({ tlsCa, tls }: InitOptions, ask: Ask): Promise<StarterAnswers['source']> {
  if (tls !== undefined) return { kind: 'postgres', tls: { mode: tls, ca: null } };
  const file =
    tlsCa ?? (await askRequired(ask, 'File of the certificate authority (PEM), - to go without verification', '-'));
  if (file === '-') return { kind: 'postgres', tls: { mode: 'require', ca: null } };
  return { kind: 'postgres', tls: { mode: 'verify-full', ca: await pem(file) } };
}

const pem = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`${file} cannot be read (${error.code})`, EXIT.usage, 'name the PEM file of the authority');
  });

/** The selection by flags; null: none. */
function selectionOf({ table, schema, all }: InitOptions): StarterAnswers['tables'] | null {
  if ([table, schema, all].filter((choice) => choice !== undefined).length > 1) {
    throw new CliError('--table, --schema and --all exclude each other', EXIT.usage, 'keep one of them');
  }
  if (all) return { kind: 'all' };
  if (schema !== undefined) return { kind: 'schemas', names: schema };
  return table === undefined ? null : { kind: 'tables', names: table };
}

async function nameOf(database: string, ask: Ask): Promise<string> {
  const proposed = starterName(database);
  if (ask === null && proposed !== null) return proposed;
  if (ask === null) throw new CliError(`${database} makes no name for the pipeline`, EXIT.usage, '--name gives one');
  return askRequired(ask, "The pipeline's name", proposed ?? undefined);
}

function lineByLine(prompt: Interface): Ask {
  // Ctrl-D closes the prompt and would leave the question open for ever.
  const closed = new Promise<never>((_resolve, reject) => {
    prompt.once('close', () => reject(new CliError('stopped; nothing was written', EXIT.interrupted, 'n2m init')));
  });
  closed.catch(() => undefined);
  return async (question, fallback) => {
    for (;;) {
      const suffix = fallback === undefined ? ': ' : ` [${fallback}]: `;
      const answer = (await Promise.race([prompt.question(shown(question + suffix)), closed])).trim();
      if (answer !== '') return answer;
      if (fallback !== undefined) return fallback;
    }
  };
}
