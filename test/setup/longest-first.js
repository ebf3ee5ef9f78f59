const Sequencer = require('@jest/test-sequencer').default;

/**
 * Seconds that the longest files take, so that none of them is begun last while the other workers are done. Jest knows this
 * from the run before, but a fresh machine has none; `.ci/run` prints the longest of a run.
 */
const SECONDS = require('./seconds.json');

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const seconds = ({ path }) => Object.entries(SECONDS).find(([file]) => path.endsWith(file))?.[1] ?? 0;
    return [...super.sort(tests)].sort((a, b) => seconds(b) - seconds(a));
  }
};
