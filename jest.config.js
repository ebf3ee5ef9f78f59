// It takes hours: `npm run test:pauses`.
const long = process.env.N2M_PAUSES ? [] : ['<rootDir>/test/pauses/pauses.test.ts$'];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...long],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/test/setup/patience.ts'],
  testTimeout: 60_000 * Number(process.env.N2M_TEST_PATIENCE ?? '1'),
  testSequencer: '<rootDir>/test/setup/longest-first.js',
  // One more than the cores that CI is sure to have: measured, the long files wait three quarters of their time.
  maxWorkers: 3,
};
