import fc from 'fast-check';
import { base64, base64Utf8, utf8 } from '../../../src/core/base64';
import { createScrubber, scrub, SCRUBBED } from '../../../src/core/failures/scrub';

const secret = `pa's/ word+"ü`;

describe('base64', () => {
  it('is what everybody makes of it', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => base64(bytes) === Buffer.from(bytes).toString('base64')));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => base64Utf8(text) === Buffer.from(text).toString('base64')),
    );
    expect(Buffer.from(utf8('aé€😀\ud800')).toString()).toBe(Buffer.from('aé€😀\ud800').toString());
  });
});

describe('scrub', () => {
  it.each([
    ['plain', secret],
    ['in SQL', secret.replaceAll("'", "''")],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in a URL', encodeURIComponent(secret)],
    ['in a URL, strictly', encodeURIComponent(secret).replaceAll("'", '%27')],
    [
      'in a URL, in lower case',
      encodeURIComponent(secret)
        .replaceAll("'", '%27')
        .replace(/%../g, (hex) => hex.toLowerCase()),
    ],
    ['in a form', encodeURIComponent(secret).replaceAll("'", '%27').replaceAll('%20', '+')],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 for URLs', Buffer.from(secret).toString('base64url')],
  ])('removes a secret %s', (_how, spelled) => {
    const text = scrub(`before ${spelled} after`, [secret]);
    expect(text).not.toContain(spelled);
    expect(text).toContain(SCRUBBED);
    expect(text.startsWith('before ')).toBe(true);
  });

  it('removes it from the base64 of a longer text, at any place in it', () => {
    const value = fc.string({ unit: 'binary-ascii', minLength: 6, maxLength: 30 });
    const around = fc.string({ unit: 'binary-ascii', maxLength: 7 });
    fc.assert(
      fc.property(around, value, around, (before, hidden, after) => {
        const encoded = Buffer.from(before + hidden + after).toString('base64');
        const left = scrub(encoded, [hidden]);
        // What is left must not decode to the secret, whatever is put in place of what was taken.
        return (
          !Buffer.from(left.replaceAll(SCRUBBED, ''), 'base64').toString('latin1').includes(hidden) && left !== encoded
        );
      }),
    );
  });

  it('leaves no rest of a secret that holds another', () => {
    expect(scrub('x hunter2-long y', ['hunter2', 'hunter2-long'])).toBe(`x ${SCRUBBED} y`);
  });

  const awkward = fc.string({ unit: fc.constantFrom(...`'"\\%+ /?#a2٪ü😀\n<>`), minLength: 4, maxLength: 30 });
  const json = (text: string) => JSON.stringify(text).slice(1, -1);
  const sql = (text: string) => text.replaceAll("'", "''");
  const strict = (text: string) => encodeURIComponent(text).replaceAll("'", '%27');
  it.each<[string, (text: string) => string]>([
    ['plain', (text) => text],
    ['in SQL', sql],
    ['in JSON', json],
    ['in SQL in JSON', (text) => json(sql(text))],
    ['in JSON in SQL', (text) => sql(json(text))],
    ['in a URL', encodeURIComponent],
    ['in a URL in SQL', (text) => sql(encodeURIComponent(text))],
    [
      'in a URL, every byte',
      (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    ],
    ['in a form', (text) => strict(text).replaceAll('%20', '+')],
    ['in base64', (text) => Buffer.from(text).toString('base64').replace(/.=+$/, '')],
  ])('removes any secret %s', (_how, spell) => {
    fc.assert(
      fc.property(awkward, (hidden) => {
        expect(scrub(`<<${spell(hidden)}>>`, [hidden])).not.toContain(spell(hidden));
      }),
    );
  });

  it('prepares each secret once, however many texts there are, and keeps no more than it may', () => {
    const scrubber = createScrubber(100);
    const secrets = Array.from({ length: 80 }, (_, n) => `secret-${n}`);
    for (let text = 0; text < 50; text += 1) scrubber.scrub(`about secret-${text}`, secrets);
    expect(scrubber.prepared).toBe(80);
    scrubber.scrub('x', [...secrets, 'another one']);
    expect(scrubber.prepared).toBe(81);
    for (let n = 0; n < 1_000; n += 1) scrubber.scrub('x', [`rotated-${n}`]);
    expect(scrubber.kept).toBe(100);
    expect(scrubber.scrub('secret-1 and rotated-3', ['secret-1', 'rotated-3'])).toBe(`${SCRUBBED} and ${SCRUBBED}`);
  });

  it('forgets first what it met longest ago', () => {
    const scrubber = createScrubber(2);
    for (const secret of ['first', 'second', 'first', 'third', 'first']) scrubber.scrub('x', [secret]);
    expect(scrubber.prepared).toBe(3);
    scrubber.scrub('x', ['second']);
    expect(scrubber.prepared).toBe(4);
  });

  it('compiles nothing for a secret that this process met before', () => {
    const compiled = jest.spyOn(globalThis, 'RegExp');
    try {
      const known = ['met-before-1', 'met-before-2'];
      scrub('a text', known);
      const once = compiled.mock.calls.length;
      expect(once).toBeGreaterThanOrEqual(known.length);
      for (let n = 0; n < 20; n += 1) scrub(`text ${n} with met-before-1%20`, known);
      expect(compiled.mock.calls).toHaveLength(once);
    } finally {
      compiled.mockRestore();
    }
  });

  it('leaves texts without secrets alone, and does not blank out short words', () => {
    expect(scrub('a plain sentence', [secret, 'a', ''])).toBe('a plain sentence');
  });
});
