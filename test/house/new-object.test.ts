import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const MADE_UP = join(__dirname, 'new-object');

/**
 * What CONTRIBUTING walks through, done on a copy of the tree: an object that nobody planned for takes one module in the
 * core, one with its activities, two tests, and a line in each list. No other file is touched.
 */
let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'n2m-new-object-'));
  cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
  mkdirSync(join(copy, 'test/core/plan'), { recursive: true });
  cpSync(join(ROOT, 'test/core/plan/fixtures.ts'), join(copy, 'test/core/plan/fixtures.ts'));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const name of ['src/core/objects/subscription-guard', 'src/activities/subscription-guard']) {
    cpSync(join(MADE_UP, `${name}.ts.txt`), join(copy, `${name}.ts`));
  }
  for (const name of ['object', 'activity']) {
    cpSync(join(MADE_UP, `test/${name}.test.ts.txt`), join(copy, `test/${name}.test.ts`));
  }
  change('src/core/objects/index.ts', /^/, "import { subscriptionGuard } from './subscription-guard';\n");
  change('src/core/objects/index.ts', /( {2}publication,\n)/, '$1  subscriptionGuard,\n');
  change('src/activities/modules.ts', /$/, "export * from './subscription-guard';\n");
  const tsconfig = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as object;
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ ...tsconfig, include: ['src'] }));
  writeFileSync(join(copy, 'package.json'), '{ "name": "copy" }');
  const transform = { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] };
  writeFileSync(join(copy, 'jest.config.json'), JSON.stringify({ testMatch: ['**/test/*.test.ts'], transform }));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function change(file: string, at: RegExp, to: string): void {
  const path = join(copy, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(at, to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

function run(command: string, ...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin', command), args, {
    cwd: copy,
    encoding: 'utf8',
  });
  return { status, said: `${stdout}${stderr}` };
}

test('the compiler asks for nothing else', () => {
  expect(run('tsc', '--noEmit', '-p', '.')).toEqual({ status: 0, said: '' });
}, 600_000);

test('its two tests pass: plan, n2m sql, n2m explain, destroy and the worker have it', () => {
  const { status, said } = run('jest', '--config', 'jest.config.json', '--maxWorkers=1');
  expect({ status, said }).toMatchObject({ status: 0, said: expect.stringContaining('2 passed, 2 total') as string });
}, 600_000);
