import { readApproval, readRejection } from '../../../src/core/run/answers';

const SEND = 'send {"keys": ["…"], "by": "…"}, or nothing for everything it asks for';

test('the longest answers are taken', () => {
  const keys = new Array<string>(20_000).fill('k'.repeat(200));
  expect(readApproval({ keys, by: 'b'.repeat(200) }, [])).toEqual({ ok: true, value: { keys, by: 'b'.repeat(200) } });
  const reason = 'r'.repeat(2000);
  expect(readRejection({ reason, by: 'ada' })).toEqual({ ok: true, value: { reason, by: 'ada' } });
});

test.each([
  [{ keys: ['fine', 7] }, `keys is a list of 1 to 20000 keys; ${SEND}`],
  [{ keys: [{ length: 3 }] }, `keys is a list of 1 to 20000 keys; ${SEND}`],
  [{ by: ['ada'] }, `by is a text of at most 200 characters; ${SEND}`],
  [{ [`k${'x'.repeat(60)}`]: 1 }, `it knows no "k${'x'.repeat(39)}"; ${SEND}`],
  ['restart', `this is no answer it knows; ${SEND}`],
])('%j is refused with what was wrong and what to send', (input, problem) => {
  expect(readApproval(input, ['restart'])).toEqual({ ok: false, problem });
});

test.each([
  [{ by: 7 }, 'by is a text of at most 200 characters'],
  [{ reason: 'x'.repeat(2001) }, 'reason is a text of at most 2000 characters'],
])('a rejection %j is refused', (input, what) => {
  expect(readRejection(input)).toEqual({ ok: false, problem: `${what}; send {"reason": "…", "by": "…"}, or nothing` });
});
