import { explain, explainedCodes } from '../../../src/core/explain';
import { FAILURE_TYPES } from '../../../src/core/failures/types';
import { RUN_ENTRIES } from '../../../src/core/run/run-alerts';
import { FINDING_CODES } from '../../../src/core/plan/findings';
import { repairWords } from '../../../src/core/repair/words';
import { WATCH_RULE_IDS } from '../../../src/core/watch/rules';
import { VERDICTS } from '../../../src/core/watch/types';

const CODES = [
  ...[...VERDICTS, ...WATCH_RULE_IDS, ...Object.keys(RUN_ENTRIES), ...FINDING_CODES, ...Object.keys(repairWords)],
  ...FAILURE_TYPES,
];

test.each(CODES)('%s has an entry that says what it means, how to see it and what to do', (code) => {
  const entries = explain(code);
  expect(entries).toHaveLength(1);
  for (const { meaning, look, fix } of entries) {
    for (const text of [meaning, look, fix]) expect(text.length).toBeGreaterThan(3);
  }
});

test('there is no entry for a code that does not exist any more', () => {
  expect(explainedCodes().filter((code) => !CODES.includes(code))).toEqual([]);
});

test('no two things share a code', () => {
  expect(new Set(CODES).size).toBe(CODES.length);
});

test('the case of a code does not matter, and an unknown one has no entry', () => {
  expect(explain('SLOT-LOST')).toEqual(explain('slot-lost'));
  expect(explain('slot_lost')).toEqual([]);
});
