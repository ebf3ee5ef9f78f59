import fc from 'fast-check';
import { shown, shownIn } from '../../../src/core/text/shown';
import { isUnseen, nasty } from './unseen';

describe('what is shown', () => {
  it.each([
    ['plain', 'public.orders · größer ✓ 日本語 👍', 'public.orders · größer ✓ 日本語 👍'],
    ['ANSI', 'a\u001b[31mb\u009b2Jc\u0007', 'a\\u{1b}[31mb\\u{9b}2Jc\\u{7}'],
    ['line breaks of every kind', 'a\r\n  b\u2028c\u0085d\u000be\tf', 'a b c d e f'],
    ['bidi', 'or\u202eders\u2066', 'or\\u{202e}ders\\u{2066}'],
    ['no width', 'or\u200bders\ufeff\u00ad', 'or\\u{200b}ders\\u{feff}\\u{ad}'],
    ['tags', 'x\u{e0041}', 'x\\u{e0041}'],
    ['half a character', 'x\ud83d', 'x\\u{d83d}'],
    ['spaces without a break', 'a   b\u00a0 c', 'a   b\u00a0 c'],
  ])('%s', (_, text, expected) => expect(shown(text)).toBe(expected));

  it('has nothing unseen in it, whatever it was', () => {
    fc.assert(
      fc.property(nasty(), (text) => {
        expect(Array.from(shown(text)).filter(isUnseen)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('is shown as it is the second time', () => {
    fc.assert(fc.property(nasty(), (text) => shown(shown(text)) === shown(text)));
  });

  it('is the same where all of it can be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const harmless = Array.from(text)
          .filter((character) => !/[\p{C}\p{Z}]|\p{Default_Ignorable_Code_Point}/u.test(character))
          .join('');
        expect(shown(harmless)).toBe(harmless);
      }),
    );
  });

  it('reaches every text of a document, and changes nothing else', () => {
    const document = { a: 'x\n', list: [{ 'k\u202e': 'y\u0007' }, 1, true, null], none: undefined };
    expect(shownIn(document)).toEqual({ a: 'x ', list: [{ 'k\\u{202e}': 'y\\u{7}' }, 1, true, null], none: undefined });
    expect(document.a).toBe('x\n');
  });
});
