import fc from 'fast-check';
import { qualified, quoteIdent, quoteLiteral, unquoteIdent } from '../../../src/core/sql/quote';

it.each([
  ['orders', '"orders"'],
  ['Mixed Case', '"Mixed Case"'],
  ['say "hi"', '"say ""hi"""'],
  ['a.b', '"a.b"'],
  ['ünïcode', '"ünïcode"'],
])('identifier %s becomes %s', (name, text) => {
  expect(quoteIdent(name)).toBe(text);
});

it.each([
  ['plain', `'plain'`],
  [`it's`, `'it''s'`],
  ['back\\slash', `'back\\slash'`],
  ['', `''`],
])('literal %j becomes %s', (value, text) => {
  expect(quoteLiteral(value)).toBe(text);
});

it('refuses what no server takes', () => {
  expect(() => quoteIdent('')).toThrow('empty');
  expect(() => quoteIdent('a\0b')).toThrow('null character');
  expect(() => quoteLiteral('a\0b')).toThrow('null character');
});

it('joins parts, each quoted by itself', () => {
  expect(qualified('a', 'b.c', 'd"e')).toBe('"a"."b.c"."d""e"');
});

it('unquotes only what is quoted', () => {
  expect(unquoteIdent('orders')).toBe('orders');
  expect(unquoteIdent('"')).toBe('"');
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((name) => !name.includes('\0')),
      (name) => unquoteIdent(quoteIdent(name)) === name,
    ),
  );
});
