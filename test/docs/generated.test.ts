import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_COLUMNS, systemColumns } from '../../scripts/materialize-columns';
import { CLIENT_VARIABLES, WORKER_VARIABLES } from '../../scripts/docs/environment';
import { explainedCodes } from '../../src/core/explain';
import { FAILURE_TYPES } from '../../src/core/failures/types';
import { VERDICTS } from '../../src/core/watch/types';
import { ROOT, read } from './pages';

/** In a process of its own: prettier cannot be loaded inside of jest. */
const madePages = (): Record<string, string> => {
  const script = ['--import', 'tsx', 'scripts/docs/pages.ts'];
  const text = execFileSync(process.execPath, script, { cwd: ROOT, encoding: 'utf8', maxBuffer: 10_000_000 });
  return JSON.parse(text) as Record<string, string>;
};

const made = madePages();

test.each(Object.keys(made))('%s is what npm run generate writes', (page) => {
  expect(read(page)).toBe(made[page]);
});

test('the columns of the Materialize stand-in are those of the recordings', () => {
  expect(read(SYSTEM_COLUMNS)).toBe(systemColumns());
});

test('the runbook has an entry for each verdict, each failure and every other code', () => {
  const headings = [...read('docs/runbook.md').matchAll(/^### (.+)$/gm)].map(([, code]) => code);
  expect(headings).toEqual(explainedCodes());
  expect(headings).toEqual(expect.arrayContaining([...VERDICTS, ...FAILURE_TYPES]));
});

test('every variable that is read is documented, and no other', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const named = sources.flatMap((path) => read(join('src', path)).match(/\bN2M_[A-Z_]+\b/g) ?? []);
  const wanted = new Set(named.filter((name) => !/^N2M_SECRET_/.test(name)));
  const documented = [...WORKER_VARIABLES, ...CLIENT_VARIABLES].map(([name]) => name);
  expect(documented.filter((name) => name.startsWith('N2M_') && !wanted.has(name))).toEqual([]);
  expect([...wanted].filter((name) => !documented.includes(name))).toEqual([]);
});
