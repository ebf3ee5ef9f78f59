import fc from 'fast-check';
import { isAllowed, missingEntries, parseIpEntry } from '../../src/core/ip';

describe('parseIpEntry', () => {
  it.each([
    ['203.0.113.7', 4, 1n],
    ['203.0.113.0/24', 4, 256n],
    ['203.0.113.9/24', 4, 256n],
    ['0.0.0.0/0', 4, 1n << 32n],
    ['198.51.100.20-198.51.100.50', 4, 31n],
    [' 198.51.100.20 - 198.51.100.50 ', 4, 31n],
    ['2001:db8::1', 6, 1n],
    ['2001:db8::/32', 6, 1n << 96n],
    ['::', 6, 1n],
    ['::ffff:10.1.2.3', 6, 1n],
    ['1:2:3:4:5:6:7:8', 6, 1n],
    ['2001:db8::1-2001:db8::ff', 6, 255n],
  ])('%s is IPv%i and %s addresses', (text, family, size) => {
    const range = parseIpEntry(text);
    expect(range?.family).toBe(family);
    expect(range && range.last - range.first + 1n).toBe(size);
  });

  it.each([
    '',
    'x',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4/33',
    '1.2.3.4/',
    '::/129',
    '1:2:3:4:5:6:7',
    '1::2::3',
    '1.2.3.9-1.2.3.4',
    '1.2.3.4-::1',
    '1.2.3.4-1.2.3.5-1.2.3.6',
    '1.2.3.4/24/3',
    '12345::',
  ])('%j cannot be read', (text) => {
    expect(parseIpEntry(text)).toBeNull();
  });
});

describe('isAllowed', () => {
  it.each([
    [['203.0.113.7'], '203.0.113.7/32', true],
    [['203.0.113.7/32'], '203.0.113.7', true],
    [['203.0.113.0/24'], '203.0.113.7/32', true],
    [['203.0.113.1-203.0.113.9'], '203.0.113.7', true],
    [['203.0.113.1-203.0.113.9'], '203.0.113.8/30', false],
    [['203.0.113.0/25'], '203.0.113.0/24', false],
    [['2001:DB8:0:0::/64'], '2001:db8::5', true],
    [['0.0.0.0/0'], '::1', false],
    [['what is this'], 'what is this', true],
    [['what is this'], '1.2.3.4', false],
    [[], '1.2.3.4', false],
  ])('%j allows %s: %s', (entries, wanted, expected) => {
    expect(isAllowed(entries, wanted)).toBe(expected);
  });
});

describe('missingEntries', () => {
  it('leaves out what is covered and what is named twice', () => {
    expect(missingEntries(['10.0.0.0/8'], ['10.1.2.3/32', '192.0.2.1/32', '192.0.2.1', '192.0.2.0/24'])).toEqual([
      '192.0.2.1/32',
      '192.0.2.0/24',
    ]);
  });

  it('after adding them, nothing is missing', () => {
    const entry = fc.oneof(
      fc.ipV4(),
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
      fc.ipV6(),
    );
    fc.assert(
      fc.property(fc.array(entry), fc.array(entry), (there, wanted) => {
        const all = [...there, ...missingEntries(there, wanted)];
        return missingEntries(all, wanted).length === 0 && there.every((one) => all.includes(one));
      }),
    );
  });
});
