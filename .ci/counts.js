// Prints the longest files and `N passed, N failed` from jest's own result file. A test file that could not even run counts as
// one failure.
const { readFileSync } = require('node:fs');
const { relative } = require('node:path');

/** What test/setup/seconds.json holds. */
function longest({ testResults }) {
  const files = testResults.map(({ name, startTime, endTime }) => [name, Math.round((endTime - startTime) / 1000)]);
  const long = files.filter(([, seconds]) => seconds >= 20).sort((a, b) => b[1] - a[1]);
  return JSON.stringify(Object.fromEntries(long.map(([name, seconds]) => [relative('.', name), seconds])), null, 2);
}

let passed = 0;
let failed = 1;
try {
  const results = JSON.parse(readFileSync('test-results.json', 'utf8'));
  passed = results.numPassedTests;
  failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  console.log(`seconds of the longest files: ${longest(results)}`);
} catch (error) {
  console.log(`no test results: ${error.message}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
