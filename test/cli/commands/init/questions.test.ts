import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ask } from '../../../../src/cli/commands/init/choices';
import { collectAnswers, type InitOptions } from '../../../../src/cli/commands/init/questions';
import type { Lookups } from '../../../../src/cli/commands/init/lookups';
import type { Choice, Question } from '../../../../src/core/lookup/types';

const SIZES = { snapshotSize: '200cc', steadySize: '50cc' };

/** A person who gives these answers in turn; an empty one takes what is proposed. */
function person(answers: string[]): { ask: Ask; asked: string[] } {
  const asked: string[] = [];
  const ask: Ask = (question, fallback) => {
    asked.push(question);
    const answer = answers[asked.length - 1] ?? '';
    if (answer === '' && fallback === undefined) throw new Error(`nobody answered: ${question}`);
    return Promise.resolve(answer === '' ? (fallback ?? '') : answer);
  };
  return { ask, asked };
}

const collected = (options: InitOptions, answers: string[], lookups?: Lookups) => {
  const { ask, asked } = person(answers);
  return collectAnswers(options, ask, lookups).then((result) => ({ result, asked }));
};

test('asks what a file cannot do without, and proposes what can be guessed', async () => {
  const { result, asked } = await collected(SIZES, ['', 'shiny-wind-028834', 'Web Shop', 'public.a, public.b,', '']);
  expect(asked).toHaveLength(5);
  expect(result).toEqual({
    name: 'web-shop',
    source: { kind: 'neon', project: 'shiny-wind-028834', branch: null },
    database: 'Web Shop',
    tables: { kind: 'tables', names: ['public.a', 'public.b'] },
    cluster: null,
    ...SIZES,
    alert: null,
  });
});

test('does not ask what the flags say', async () => {
  const { result, asked } = await collected(
    { ...SIZES, project: 'p', branch: 'dev', database: 'shop', schema: ['public'], name: 'mine', alert: 'slack' },
    [],
  );
  expect(asked).toEqual([]);
  expect(result).toMatchObject({
    name: 'mine',
    source: { kind: 'neon', project: 'p', branch: 'dev' },
    tables: { kind: 'schemas', names: ['public'] },
    alert: 'slack',
  });
});

describe('the certificate authority of a Postgres', () => {
  const options = { ...SIZES, kind: 'postgres', database: 'shop', all: true, name: 'shop' } as const;

  test('is read from the file that is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'n2m-init-'));
    const file = join(folder, 'ca.pem');
    await writeFile(file, 'PEM');
    const { result } = await collected(options, [file]);
    await rm(folder, { recursive: true });
    expect(result.source).toEqual({ kind: 'postgres', tls: { mode: 'verify-full', ca: 'PEM' } });
  });

  test('may be left out knowingly', async () => {
    const { result } = await collected(options, ['-']);
    expect(result.source).toEqual({ kind: 'postgres', tls: { mode: 'require', ca: null } });
  });

  test('that is not there is told', async () => {
    await expect(collected(options, ['/nowhere/ca.pem'])).rejects.toThrow('/nowhere/ca.pem cannot be read (ENOENT)');
  });
});

test('refuses two selections', async () => {
  await expect(collected({ ...SIZES, project: 'p', database: 'd', all: true, table: ['a.b'] }, [])).rejects.toThrow(
    '--table, --schema and --all exclude each other',
  );
});

describe('what a worker looks up', () => {
  const choice = (value: string, usual = false): Choice => ({ value, note: null, usual });
  const there = (choices: Partial<Record<Question['what'], Choice[]>>) => {
    const told: string[] = [];
    const questions: Question[] = [];
    const lookups: Lookups = {
      choices: (question) => {
        questions.push(question);
        return Promise.resolve(choices[question.what] ?? null);
      },
      log: (...lines) => void told.push(...lines),
    };
    return { lookups, told, questions };
  };

  test('is not asked where there is one only, and listed where there are more', async () => {
    const { lookups, told, questions } = there({
      projects: [choice('shiny-wind-028834')],
      branches: [choice('main', true), choice('dev')],
      databases: [choice('shop'), choice('crm')],
      tables: ['public.a', 'public.b', 'public.c', 'public."D, e"'].map((name) => choice(name)),
      clusters: [choice('quickstart'), choice('ingest_shop')],
      sizes: [choice('25cc'), choice('50cc')],
    });
    const { result, asked } = await collected({ kind: 'neon' }, ['2', '1', '1-2,4', '', 'ingest_second', '2'], lookups);
    expect(result).toMatchObject({
      source: { kind: 'neon', project: 'shiny-wind-028834', branch: 'dev' },
      database: 'shop',
      tables: { kind: 'tables', names: ['public.a', 'public.b', 'public."D, e"'] },
      name: 'shop',
      cluster: 'ingest_second',
      snapshotSize: '50cc',
      steadySize: '50cc',
    });
    expect(asked.at(-1)).toContain('Materialize has no 200cc');
    expect(told).toContain('Neon project: shiny-wind-028834, the only one');
    expect(told).toContain('  2  public.b');
    expect(told).toContain('cluster ingest_shop is there already: what runs on it would be resized, too');
    expect(questions).toContainEqual({ what: 'databases', project: 'shiny-wind-028834', branch: 'dev' });
    const tables = questions.find(({ what }) => what === 'tables');
    expect(tables).toMatchObject({ spec: { source: { branch: 'dev', database: 'shop', tables: { kind: 'all' } } } });
  });

  test('leaves the default branch out of the file, and takes names as well as numbers', async () => {
    const { lookups } = there({
      branches: [choice('main', true), choice('dev')],
      tables: [choice('public.a')],
      sizes: [choice('200cc'), choice('50cc')],
    });
    const answers = ['', 'public.new', ''];
    const { result } = await collected({ project: 'p', database: 'shop' }, answers, lookups);
    expect(result).toMatchObject({ source: { branch: null }, tables: { kind: 'tables', names: ['public.new'] } });
  });

  test('asks in words where nothing can be looked up', async () => {
    const { lookups, told } = there({});
    const { asked } = await collected({}, ['', 'p', 'shop', 'public.a', ''], lookups);
    expect(asked).toHaveLength(5);
    expect(told).toEqual([]);
  });
});
