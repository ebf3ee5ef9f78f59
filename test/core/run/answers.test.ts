import { readApproval, readRejection, SOMEBODY } from '../../../src/core/run/answers';

const ASKED = ['create-role', 'restart'];

describe('an approval', () => {
  it.each([undefined, null, '', {}, { keys: null }])('without input (%j) is one of everything asked for', (input) => {
    expect(readApproval(input, ASKED)).toEqual({ ok: true, value: { keys: ASKED, by: SOMEBODY } });
  });

  it('takes the keys it names, and who says so', () => {
    const value = { keys: ['restart'], by: 'ada' };
    expect(readApproval(value, ASKED)).toEqual({ ok: true, value });
  });

  it.each([
    ['a text', 'restart'],
    ['a number', 7],
    ['a list', ['restart']],
    ['keys as a text', { keys: 'restart' }],
    ['no key', { keys: [] }],
    ['a key that is none', { keys: [{}] }],
    ['an empty key', { keys: [''] }],
    ['too many keys', { keys: new Array<string>(20_001).fill('k') }],
    ['an endless key', { keys: ['k'.repeat(201)] }],
    // With the wrong name it would approve everything.
    ['a misspelt field', { key: ['restart'] }],
    ['a name that is none', { by: 7 }],
    ['an endless name', { by: 'x'.repeat(201) }],
  ])('is refused with %s, and says what to send', (_what, input) => {
    const answer = readApproval(input, ASKED);
    expect(answer).toMatchObject({ ok: false, problem: expect.stringContaining('{"keys": ["…"]') as string });
  });
});

describe('a rejection', () => {
  it.each([undefined, null, '', {}, { reason: '' }])('without input (%j) gives no reason', (input) => {
    expect(readRejection(input)).toEqual({ ok: true, value: { by: SOMEBODY, reason: '' } });
  });

  it('takes the reason, and who says so', () => {
    const value = { by: 'ada', reason: 'not on a Friday' };
    expect(readRejection(value)).toEqual({ ok: true, value });
  });

  it.each(['no', 7, [], { why: 'x' }, { reason: 7 }, { reason: 'x'.repeat(2001) }])('is refused: %j', (input) => {
    expect(readRejection(input)).toMatchObject({ ok: false });
  });
});
