import fc from 'fast-check';

/** Told apart from the code on purpose: code points by number, as the Unicode tables have them. */
export const UNSEEN: [from: number, to: number][] = [
  ...([
    [0x0, 0x1f],
    [0x7f, 0x9f],
    [0xad, 0xad],
    [0x34f, 0x34f],
    [0x61c, 0x61c],
    [0x115f, 0x1160],
  ] as const),
  ...([
    [0x17b4, 0x17b5],
    [0x180e, 0x180e],
    [0x200b, 0x200f],
    [0x2028, 0x202e],
    [0x2060, 0x2064],
  ] as const),
  ...([
    [0x2066, 0x206f],
    [0x3164, 0x3164],
    [0xd800, 0xdfff],
    [0xfeff, 0xfeff],
    [0xffa0, 0xffa0],
  ] as const),
  ...([
    [0xfff9, 0xfffb],
    [0xe0001, 0xe0001],
    [0xe0020, 0xe007f],
  ] as const),
].map(([from, to]) => [from, to]);

export const isUnseen = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return UNSEEN.some(([from, to]) => code >= from && code <= to);
};

/** Text full of it. Made when it is asked for: all characters there are take a second, which only its tests are to pay. */
export const nasty = (): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof(
      fc.constantFrom(...UNSEEN.map(([from]) => String.fromCodePoint(from))),
      fc.constantFrom(...UNSEEN.map(([, to]) => String.fromCodePoint(to))),
      fc.constantFrom('\r\n', '\t', ' ', 'a', '✓', '👩', '\u00a0'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  });
