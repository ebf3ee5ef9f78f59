// The decisions alone, for `npm run test:mutations`: no server is started for them.
const { globalSetup, globalTeardown, testSequencer, maxWorkers, ...base } = require('./jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/core'],
  // The same examples of each property every time: a score that changes by itself says nothing.
  setupFiles: ['<rootDir>/test/setup/same-examples.ts'],
  watchman: false,
};
