import fc from 'fast-check';
import { utf8Length } from '../../../src/core/text/bytes';
import { formatCount, formatShort, plural } from '../../../src/core/text/count';
import { formatDuration, parseDuration, writeDuration } from '../../../src/core/text/duration';
import { column, fit, wrapWords } from '../../../src/core/text/fit';
import { formatShare, parsePercentage } from '../../../src/core/text/share';
import { closest } from '../../../src/core/text/similar';
import { formatBytes, parseSize } from '../../../src/core/text/size';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['1x', null],
    ['', null],
    ['-1s', null],
    ['1 s', null],
    ['5', null],
  ])('%p is %p ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it('are read back as written', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => parseDuration(writeDuration(ms)) === ms));
  });

  it.each([
    [850, '850 ms'],
    [4_200, '4.2 s'],
    [9_980, '10 s'],
    [59_700, '1m 00s'],
    [3_599_900, '1h 00m'],
    [7_500_000, '2h 05m'],
    [277_200_000, '3d 5h'],
  ])('%d ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('sizes and shares', () => {
  it.each([
    ['1GiB', 1024 ** 3],
    ['1.5 KiB', 1536],
    ['2GB', 2e9],
    ['1G', null],
    ['GiB', null],
  ])('%p is %p bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each([
    [0, '0 B'],
    [1536, '1.5 KiB'],
    ['18446744073709551615', '16777216 TiB'],
    [23 * 1024 ** 3, '23 GiB'],
  ])('%p bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    ['70%', 0.7],
    ['99.5%', 0.995],
    ['0%', null],
    ['101%', null],
    ['0.7', null],
  ])('%p is %p', (text, share) => expect(parsePercentage(text)).toBe(share));

  it('shares read as percentages', () => expect([formatShare(0.7), formatShare(0.015)]).toEqual(['70 %', '1.5 %']));
});

describe('text on a terminal', () => {
  it('is cut to the width and never longer', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.nat(40),
        (text, width) => Array.from(fit(text, width)).length <= width,
      ),
    );
    expect(fit('abcdef', 4)).toBe('abc…');
    expect(column('ab', 4)).toBe('ab  ');
  });

  it('is wrapped at words without losing one', () => {
    expect(wrapWords('one two three', 8, '  ')).toEqual(['one two', '  three']);
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), fc.integer({ min: 1, max: 30 }), (words, width) => {
        expect(wrapWords(words.join(' '), width, ' ').join(' ').split(/\s+/).filter(Boolean)).toEqual(words);
      }),
    );
  });

  it('counts', () => {
    expect([
      formatCount(1234567),
      formatShort(12_345),
      formatShort(999_999),
      plural(1, 'table'),
      plural(2, 'table'),
    ]).toEqual(['1,234,567', '12.3k', '1.00M', '1 table', '2 tables']);
  });

  it('is measured in UTF-8', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => utf8Length(text) === Buffer.byteLength(text)));
  });
});

describe('did you mean', () => {
  it.each([
    ['nmae', ['name', 'source'], 'name'],
    ['api_key', ['apiKey', 'project'], 'apiKey'],
    ['webhok', ['webhook', 'slack'], 'webhook'],
    ['zebra', ['name', 'source'], null],
    ['x', [], null],
  ])('%s of %j: %p', (word, candidates, meant) => expect(closest(word, candidates)).toBe(meant));
});
