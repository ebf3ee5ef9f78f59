import { parsed, standing, unpaused, wrongs, type Line } from './journal';

/** The judgement over what workers wrote down: each wrong is written here, and has to be found. */
const PID = { 1: 11, 2: 22 } as const;
const line = (attempt: 1 | 2, what: Line['what'], call?: string, why?: string): Line => ({
  ...{ pid: PID[attempt], activity: 'run 5', type: 'ensureSecret', attempt, what },
  ...(call === undefined ? {} : { call }),
  ...(why === undefined ? {} : { why }),
});
const SECRET = 'CREATE SECRET s';
const GIVEN_UP = 'attempt 1 of ensureSecret was given up, so it changes nothing any more';
const begun = [line(1, 'begins'), line(1, 'stopped', SECRET), line(2, 'begins'), line(2, 'sent', SECRET)];
const resumed = [...begun, line(1, 'resumed', SECRET)];

test('an attempt that went on and was refused, as it had been given up, did nothing wrong', () => {
  const lines = [...resumed, line(1, 'refused', SECRET, GIVEN_UP), line(1, 'ended')];
  expect(wrongs(lines, 'before')).toEqual([]);
  expect(unpaused(lines)).toEqual([]);
  expect(parsed(`${lines.map((one) => JSON.stringify(one)).join('\n')}\n`)).toEqual(lines);
});

test.each<[string, Line[], string]>([
  [
    'a change beside the successor',
    [...resumed, line(1, 'refused', SECRET, GIVEN_UP), line(1, 'sent', 'COMMENT')],
    'ensureSecret, attempt 1 changed something after it was given up: COMMENT',
  ],
  ['a change that nobody asked for', [line(1, 'unasked', SECRET)], `ensureSecret, attempt 1 did not ask: ${SECRET}`],
  ['no refusal', [...resumed, line(1, 'ended')], `ensureSecret, attempt 1 was not refused, once it went on: ${SECRET}`],
  [
    'a refusal for another reason',
    [...resumed, line(1, 'refused', SECRET, 'no connection')],
    'ensureSecret, attempt 1 was refused for another reason: no connection',
  ],
])('%s is found', (_what, lines, wrong) => {
  expect(wrongs(lines, 'before')).toEqual([wrong]);
});

test('after a change was answered there may be nothing left that could be refused', () => {
  expect(wrongs([...resumed, line(1, 'ended')], 'after')).toEqual([]);
  expect(wrongs([...resumed, line(1, 'sent', SECRET)], 'after')).toHaveLength(1);
});

test('who stands still is known until it says that it goes on', () => {
  expect(standing(begun)).toEqual([begun[1]]);
  expect(standing(resumed)).toEqual([]);
});

test('a change at which nobody stood still is found', () => {
  expect(unpaused([...resumed, line(2, 'sent', 'COMMENT')])).toEqual(['COMMENT']);
});
