import { utf8Length } from '../../../src/core/text/bytes';
import { formatCount, formatShort, plural } from '../../../src/core/text/count';
import { formatDuration, writeDuration } from '../../../src/core/text/duration';
import { column, fit, wrapWords } from '../../../src/core/text/fit';
import { formatShare, parsePercentage } from '../../../src/core/text/share';
import { closest } from '../../../src/core/text/similar';
import { formatBytes, parseSize } from '../../../src/core/text/size';

// Where one way of writing ends and the next begins.

test.each([
  ['\u007f', 1],
  ['\u0080', 2],
  ['\u07ff', 2],
  ['\u0800', 3],
  ['\uffff', 3],
  ['\u{10000}', 4],
])('%j takes %d bytes', (text, bytes) => expect(utf8Length(text)).toBe(bytes));

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [100_000, '100,000'],
  [-1234, '-1,234'],
  [-0.5, '-1'],
  [-0.4, '0'],
  [1e21, '1e+21'],
  [Infinity, 'Infinity'],
])('%d is counted as %s', (count, text) => expect(formatCount(count)).toBe(text));

test.each([
  [0, '0'],
  [7, '7'],
  [999, '999'],
  [999.5, '1.00k'],
  [9_990, '9.99k'],
  [10_000, '10.0k'],
  [100_000, '100k'],
  [150_000, '150k'],
  [2_100_000_000, '2.10G'],
  [5e12, '5000G'],
])('%d is %s in short', (count, text) => expect(formatShort(count)).toBe(text));

test('one is singular, none is not, and a plural may be its own word', () => {
  expect([plural(1, 'index', 'indices'), plural(0, 'index', 'indices')]).toEqual(['1 index', '0 indices']);
});

test.each([
  [-5, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_400, '59 s'],
  [60_000, '1m 00s'],
  [3_600_000, '1h 00m'],
  [86_340_000, '23h 59m'],
  [86_400_000, '1d 0h'],
  [90_000_000, '1d 1h'],
])('%d ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [0, '0ms'],
  [500, '500ms'],
  [90_000, '90s'],
  [60_000, '1m'],
  [5_400_000, '90m'],
  [7_200_000, '2h'],
  [172_800_000, '2d'],
])('%d ms is written %s', (ms, text) => expect(writeDuration(ms)).toBe(text));

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['abc', 2, 'a…'],
  ['abc', 1, 'a'],
  ['abc', 0, ''],
  ['abc', -1, ''],
  ['👍👍👍', 2, '👍…'],
])('%s in %d columns is %j', (text, width, expected) => expect(fit(text, width)).toBe(expected));

test('a column is as wide as it is asked to be', () => {
  expect([column('abcd', 3), column('👍', 3), column('abc', 3)]).toEqual(['ab…', '👍  ', 'abc']);
});

test.each([
  ['one two', 7, ['one two']],
  ['one two', 6, ['one', '> two']],
  ['  one   two  ', 80, ['one two']],
  ['', 10, []],
  ['unbreakable', 3, ['unbreakable']],
])('%j is wrapped at %d', (text, width, lines) => expect(wrapWords(text, width, '> ')).toEqual(lines));

test('without an indent, each line begins with its word', () => {
  expect(wrapWords('one two', 3)).toEqual(['one', 'two']);
});

test.each([
  ['100%', 1],
  ['100.5%', null],
  ['0.1%', 0.001],
  ['33.3333339%', 0.333333],
  ['1000%', null],
  ['50% ', null],
  ['-5%', null],
  ['5', null],
])('%s is the share %p', (text, share) => expect(parsePercentage(text)).toBe(share));

test.each([
  [0, '0 %'],
  [0.005, '0.5 %'],
  [0.05, '5 %'],
  [0.0999, '10.0 %'],
  [0.1, '10 %'],
  [0.155, '16 %'],
  [1, '100 %'],
])('%d reads %s', (share, text) => expect(formatShare(share)).toBe(text));

test.each([
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [10 * 1024, '10 KiB'],
  [9.9 * 1024, '9.9 KiB'],
  [15.5 * 1024, '16 KiB'],
  [-2048, '-2.0 KiB'],
])('%d bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  ['7B', 7],
  ['7 B', 7],
  ['1 kB', 1000],
  ['9000 TiB', null],
])('%s is %p bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

test.each([
  ['ab', ['ba', 'xyz'], 'ba'],
  ['abcd', ['abdc'], 'abdc'],
  ['abcd', ['badc'], null],
  ['a-b_c', ['abc'], 'abc'],
  ['cat', ['cut', 'cot'], 'cut'],
  ['cat', ['dog', 'cot'], 'cot'],
  ['abcdef', ['abcdxy'], 'abcdxy'],
  ['abcde', ['abcxy'], null],
  ['abc', ['abcdef'], null],
  ['abcdef', ['abcd'], 'abcd'],
  ['a', ['b'], 'b'],
  ['a', ['bc'], null],
  ['kitten', ['sitting'], null],
  ['', ['a'], 'a'],
])('%s of %j: %p', (word, candidates, meant) => expect(closest(word, candidates)).toBe(meant));
