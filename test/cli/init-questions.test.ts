import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, type Ask, type InitOptions } from '../../src/cli/init-questions';

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

const collected = (options: InitOptions, answers: string[]) => {
  const { ask, asked } = person(answers);
  return collect(options, ask).then((result) => ({ result, asked }));
};

test('asks what a file cannot do without, and proposes what can be guessed', async () => {
  const { result, asked } = await collected(SIZES, ['', 'shiny-wind-028834', 'Web Shop', 'public.a, public.b,', '']);
  expect(asked).toHaveLength(5);
  expect(result).toEqual({
    name: 'web-shop',
    source: { kind: 'neon', project: 'shiny-wind-028834', branch: null },
    database: 'Web Shop',
    tables: { kind: 'tables', names: ['public.a', 'public.b'] },
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
