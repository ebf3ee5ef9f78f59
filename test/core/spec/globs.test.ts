import {
  isLiteral,
  literalOf,
  matches,
  matchesTable,
  parseGlob,
  parseTablePattern,
  writeTablePattern,
} from '../../../src/core/spec/globs';
import { writeIdentifier } from '../../../src/core/spec/identifiers';

function glob(text: string) {
  const parsed = parseGlob(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

function pattern(text: string) {
  const parsed = parseTablePattern(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

test.each([
  ['tenant_*', 'tenant_1', true],
  ['tenant_*', 'tenant_', true],
  ['tenant_*', 'tenant', false],
  ['tenant_*', 'my_tenant_1', false],
  ['*', '', true],
  ['*', 'anything at all', true],
  ['*_log', 'audit_log', true],
  ['*_log', 'audit_log_1', false],
  ['a*b*c', 'abc', true],
  ['a*b*c', 'aXbXbXc', true],
  ['a*b*c', 'acb', false],
  ['t_?', 't_1', true],
  ['t_?', 't_', false],
  ['t_?', 't_12', false],
  ['t_?', 't_😀', true],
  ['?*', '', false],
  ['*?', 'x', true],
  ['orders', 'orders', true],
  ['orders', 'Orders', false],
  ['or.ers'.replace('.', '?'), 'orders', true],
  ['"Tenant-"*', 'Tenant-5f', true],
  ['"Tenant-"*', 'tenant-5f', false],
  ['"a*b"', 'a*b', true],
  ['"a*b"', 'axb', false],
  ['"a"*"b?"', 'aXXb?', true],
  ['"a"*"b?"', 'aXXbc', false],
  ['"say ""hi"""*', 'say "hi" twice', true],
  ['größe_*', 'größe_1', true],
  ['*1', 'x1', true],
  // Regular expressions have no say.
  ['a$*', 'a$1', true],
])('%s and %s: %s', (text, name, matching) => expect(matches(glob(text), name)).toBe(matching));

test.each([
  ['public.audit_*', 'public', 'audit_1', true],
  ['public.audit_*', 'sales', 'audit_1', false],
  ['_prisma_migrations', 'anywhere', '_prisma_migrations', true],
  ['audit_*', 'sales', 'audit_1', true],
  ['audit_*', 'audit_1', 'sales', false],
  ['tenant_*.*', 'tenant_1', 'x', true],
  ['"a.b"', 'public', 'a.b', true],
  ['"My Schema"."Order *"', 'My Schema', 'Order *', true],
  ['"My Schema"."Order "*', 'My Schema', 'Order Items', true],
])('%s and %s.%s: %s', (text, schema, name, matching) =>
  expect(matchesTable(pattern(text), { schema, name })).toBe(matching),
);

test.each([
  ['', /empty/],
  ['Audit_*', /"Audit_" in double quotes, or audit_/],
  ['tenant-*', /leave \* and \? outside/],
  ['a b*', /leave \* and \? outside/],
  ['a.', /empty/],
  ['a.*.c', /expected schema.table/],
  ['"a', /not closed/],
  ['"\u0001"*', /control characters/],
  ['a* as b', /leave \* and \? outside/],
])('%j is no pattern', (text, message) => {
  const parsed = parseTablePattern(text);
  expect(parsed.ok ? null : parsed.message).toMatch(message);
});

test('of a schema is one name', () => {
  expect(parseGlob('a.*')).toMatchObject({
    ok: false,
    message: expect.stringContaining('expected one name') as string,
  });
});

test('a name that is written for the file is a pattern of nothing but itself', () => {
  for (const name of ['orders', 'Mixed Case', 'a.b', 'say "hi"', 'a*b', '?', '1st', 'größe']) {
    const written = glob(writeIdentifier(name));
    expect([isLiteral(written), literalOf(written)]).toEqual([true, name]);
  }
  expect(isLiteral(glob('a?'))).toBe(false);
});

test.each([
  ['public', 'orders', 'public.orders'],
  ['public', 'a*b', 'public."a*b"'],
  ['My Schema', 'new\nline "x"', '"My Schema"."new"?"line ""x"""'],
  ['public', '\t', 'public.?'],
])('%s.%s is excluded by %s', (schema, name, written) => {
  expect(writeTablePattern({ schema, name })).toBe(written);
  expect(matchesTable(pattern(written), { schema, name })).toBe(true);
});

test('a pattern made to take long does not', () => {
  const slow = glob(`${'a*'.repeat(30)}b`);
  const began = Date.now();
  for (let count = 0; count < 1000; count += 1) expect(matches(slow, 'a'.repeat(63))).toBe(false);
  expect(Date.now() - began).toBeLessThan(5000);
});
