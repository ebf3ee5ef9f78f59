import { PAGES, blocksOf, read } from './pages';

/**
 * Where a command of the pages is executed: a file, and the text in it that does so. A command that is not here has to
 * say in a comment what it needs that no test has: `# needs a Neon project`.
 */
const EXECUTED: [command: RegExp, file: string, text: string][] = [
  [/^npm ci( && npm run build)?$/, '.ci/run', 'step npm ci'],
  [/^npm ci && npm run demo$/, 'test/local/demo.test.ts', "'local', 'demo.ts'"],
  [/^npm (ci && npm )?test$/, '.ci/run', 'npm test'],
  [/^npx jest test\/core$/, '.ci/run', 'npm test'],
  [/^npm run verify$/, '.ci/run', 'npm run --silent typecheck'],
  [/^npm run local$/, 'test/local/stack/main.test.ts', "'local', 'main.ts'"],
  [/^node -r tsx\/cjs local\/(materialize|neon|postgres|temporal)\/main\.ts$/, 'test/local/alone.test.ts', "'main.ts'"],
  [
    /^node -r tsx\/cjs local\/materialize\/main\.ts --materialize-version 26\.9$/,
    'test/local/alone.test.ts',
    "['--materialize-version', '26.9']",
  ],
  [
    /^npm run local -- --materialize-version 26\.9$/,
    'test/local/stack/main.test.ts',
    "['--materialize-version', '26.9']",
  ],
  [/^npm run generate$/, 'test/docs/generated.test.ts', '../../scripts/docs/'],
  [/^npm run worker$/, 'test/e2e/support/world.ts', "this.program('worker', from)"],
  [
    /^N2M_DEPLOYMENT=n2m N2M_BUILD_ID=0\.2\.0 npm run worker$/,
    'test/e2e/upgrade/upgrade.test.ts',
    'env: new Builds(world).env(build)',
  ],
  [/^temporal worker deployment set-current-version /, 'test/e2e/upgrade/builds.ts', "'set-current-version', ...named"],
  [/^temporal worker deployment describe-version /, 'test/e2e/upgrade/builds.ts', "'describe-version', ...named"],
  [/^npx n2m --help$/, 'test/e2e/package.test.ts', "npx('--help')"],
  [/^(npx )?n2m init( --kind neon .*)?$/, 'test/e2e/package.test.ts', "'init',"],
  [/^(npx )?n2m sql pipeline\.yaml$/, 'test/e2e/package.test.ts', "npx('sql', 'pipeline.yaml')"],
  [/^(npx )?n2m doctor pipeline\.yaml$/, 'test/e2e/codec.test.ts', "'doctor'"],
  [/^(npx )?n2m plan pipeline\.yaml$/, 'test/e2e/apply.test.ts', "'plan', path"],
  [/^(npx )?n2m apply pipeline\.yaml$/, 'test/e2e/apply.test.ts', "'apply', file"],
  [/^temporal server start-dev( --search-attribute N2m\w+=Keyword){3}$/, 'local/temporal/dev-server.ts', '=Keyword`'],
];

const needs = /#\s*needs (a|an|the) \w+.*$/;

/** Commands of the shell blocks as typed: comments that explain are cut, those that say what is needed stay. */
const COMMANDS = PAGES.flatMap(blocksOf)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ page, text }) =>
    text
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => ({ page, line, command: line.replace(/(^|\s)#.*$/, '').trim() })),
  )
  .filter(({ command }) => command !== '');

const executedBy = (command: string) => EXECUTED.find(([known]) => known.test(command));

test.each(COMMANDS)('$page: $command is executed by a test, or says what it needs', ({ command, line }) => {
  expect([executedBy(command)?.[1], needs.exec(line)?.[0]].filter(Boolean)).not.toEqual([]);
});

test.each(EXECUTED)('%s is executed by %s', (_, file, text) => {
  expect(read(file)).toContain(text);
});

test('every entry is of a command that a page has', () => {
  expect(EXECUTED.filter(([known]) => !COMMANDS.some(({ command }) => known.test(command)))).toEqual([]);
});

test('a new command without either is found', () => {
  expect(executedBy('n2m frobnicate shop')).toBeUndefined();
  expect(needs.test('n2m frobnicate shop # for the brave')).toBe(false);
});
