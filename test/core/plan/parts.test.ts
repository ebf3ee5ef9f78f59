import { estimateSeconds } from '../../../src/core/objects/cluster/estimate';
import { missingEntries as missingEgress, parseIpEntry as parseRange } from '../../../src/core/ip';
import { ownerOf, readMark, writeMark } from '../../../src/core/plan/ownership';
import { selectTables } from '../../../src/core/objects/tables/select';
import * as f from './fixtures';

describe('addresses Materialize comes from', () => {
  test.each<[string, string[], string[], string[]]>([
    ['are added when none is there', ['10.0.0.1'], ['203.0.113.5/32'], ['203.0.113.5/32']],
    ['are covered by the same address without a prefix', ['203.0.113.5'], ['203.0.113.5/32'], []],
    ['are covered by a wider block', ['203.0.113.0/24'], ['203.0.113.5/32', '203.0.113.64/26'], []],
    ['are not covered by a narrower block', ['203.0.113.0/26'], ['203.0.113.0/24'], ['203.0.113.0/24']],
    ['are covered by a range', ['203.0.113.1-203.0.113.9'], ['203.0.113.4/30'], []],
    ['are not covered by half a range', ['203.0.113.5-203.0.113.9'], ['203.0.113.4/30'], ['203.0.113.4/30']],
    ['are covered in IPv6', ['2001:db8::/32'], ['2001:db8:0:1::/64'], []],
    ['are added once', [], ['203.0.113.5/32', '203.0.113.5/32'], ['203.0.113.5/32']],
    ['are not covered by what cannot be read', ['anything'], ['203.0.113.5/32'], ['203.0.113.5/32']],
  ])('%s', (_what, allowed, egress, missing) => {
    expect(missingEgress(allowed, egress)).toEqual(missing);
  });

  test.each(['256.1.1.1', '1.2.3', '1.2.3.4/33', '1.2.3.4-', '9.9.9.9-1.1.1.1', '::1::', '1::2/129', '1.2.3.4-::1'])(
    'cannot be read from %s',
    (text) => {
      expect(parseRange(text)).toBeNull();
    },
  );
});

describe('the owner’s mark', () => {
  test('is read as it was written', () => {
    expect(readMark(writeMark('shop', ['10.0.0.1/32']))).toEqual({
      managedBy: 'n2m',
      pipeline: 'shop',
      added: ['10.0.0.1/32'],
    });
    expect(ownerOf(writeMark('shop'), 'shop')).toEqual({ kind: 'us' });
    expect(ownerOf(writeMark('other'), 'shop')).toEqual({ kind: 'pipeline', name: 'other' });
  });

  test.each([
    null,
    '',
    'our source',
    '{',
    'null',
    '[]',
    '{"managedBy":"terraform","pipeline":"shop"}',
    '{"managedBy":"n2m"}',
  ])('is not read out of %s', (comment) => {
    expect(ownerOf(comment, 'shop')).toEqual({ kind: 'nobody' });
  });
});

describe('the estimate', () => {
  test('is half as long at twice the size, and never faster than one upstream sends', () => {
    const seconds = (size: string) => estimateSeconds({ power: f.POWER }, size, '10000000000', null) ?? 0;
    expect(seconds('100cc') - 30).toBeCloseTo((seconds('200cc') - 30) * 2, 0);
    expect(seconds('1600cc')).toBe(seconds('3200cc'));
  });
});

describe('the tables', () => {
  const source = f.untouchedSource({
    tables: [f.table('b'), f.table('a'), f.table('parts', { relkind: 'p' }), f.table('a', { schema: 'old' })],
  });

  test('of schemas are the ordinary tables of those schemas, by name', () => {
    const spec = f.withSource({ tables: { kind: 'schemas', schemas: ['public'], aliases: [] } });
    expect(selectTables(spec, source, f.emptyTarget()).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('of everything take their aliases', () => {
    const aliases = [{ schema: 'old', name: 'a', alias: 'old_a' }];
    const spec = f.withSource({ tables: { kind: 'all', aliases } });
    expect(selectTables(spec, source, f.emptyTarget()).map(({ target }) => target)).toEqual(['old_a', 'a', 'b']);
  });

  test('keep the name they have in Materialize', () => {
    const target = f.builtTarget();
    const children = [f.child('o', { upstream: { schema: 'public', name: 'orders' } })];
    const tables = selectTables(f.spec, f.preparedSource(), { ...target, source: { ...target.source!, children } });
    expect(tables.map(({ target, fresh }) => [target, fresh])).toEqual([
      ['o', false],
      ['customers', true],
    ]);
  });
});
