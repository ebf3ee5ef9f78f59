// Mutation testing of src/core, by `npm run test:mutations`: scripts/mutations/run.mjs says which tests hold which folder.
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['src/core/**/*.ts'],
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner', './scripts/mutations/plugin.mjs'],
  // Which tests hold a folder is chosen by run.mjs. Jest’s own search would load most files of test/core for each mutant.
  jest: { configFile: 'jest.mutations.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // Constants and tables are made while a file is loaded, so that no single test reaches them: each such mutant runs
  // all tests of its folder. They are a fifth of all, and among them are the thresholds: they count.
  ignoreStatic: false,
  // Texts count: SQL, names, the sentences that carry a name or a number. Only a sentence without any of these does
  // not: which words a person reads is held by the docs that are generated from them, not by a test per sentence.
  ignorers: ['prose'],
  // What cannot be compiled any more is no mutant worth a type check: the tests say the same, sooner.
  checkers: [],
  concurrency: 2,
  incremental: true,
  thresholds: { high: 95, low: 85, break: 85 },
  ignorePatterns: [
    '**',
    '!src/**/*.ts',
    '!local/**/*.ts',
    '!test/core/**/*.ts',
    '!test/setup/*.ts',
    '!*.js',
    '!*.json',
  ],
  tempDirName: '.stryker/sandboxes',
  reporters: ['clear-text', 'html'],
  clearTextReporter: { allowColor: false, reportTests: false, reportScoreTable: true, logTests: false },
  allowConsoleColors: false,
};
