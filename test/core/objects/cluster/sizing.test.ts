import { amount, copyCost, estimates, estimateSeconds, sizeInCc } from '../../../../src/core/objects/cluster/estimate';
import { sizeForSnapshot } from '../../../../src/core/objects/cluster/plan';
import type { PlannedTable } from '../../../../src/core/plan/types';
import { builtTarget, emptyTarget, spec, withMaterialize } from '../../plan/fixtures';

const table = (change: Partial<PlannedTable>): PlannedTable =>
  ({ fresh: true, estimatedRows: 10, bytes: '0', ...change }) as PlannedTable;
const copied = table({ fresh: false, bytes: '900000000000', estimatedRows: 1e9 });
const cluster = (size: string | null) => ({ ...builtTarget().cluster!, size });

describe('the size for a copy', () => {
  const added = (bytes: number, size = '50cc') =>
    sizeForSnapshot(spec, { cluster: cluster(size), source: null }, [copied, table({ bytes: `${bytes}` })]);

  test('is worth a resize from a quarter of an hour on, of what is copied alone', () => {
    // At 50cc 5 MB a second, after half a minute to start.
    const quarter = (15 * 60 - 30) * 5_000_000;
    expect(added(quarter)).toBe('50cc');
    expect(added(quarter + 5_000_000)).toBe('200cc');
    expect(added(2 * quarter, '100cc')).toBe('100cc');
    expect(added(2 * quarter + 10_000_000, '100cc')).toBe('200cc');
  });

  test('stays where nothing says how long it takes', () => expect(added(1e15, 'mystery')).toBe('mystery'));

  test('is that of the file where the cluster is new, has none, or has nothing yet', () => {
    expect(sizeForSnapshot(spec, { cluster: null, source: null }, [])).toBe('200cc');
    expect(sizeForSnapshot(spec, { cluster: cluster(null), source: null }, [table({})])).toBe('200cc');
    expect(sizeForSnapshot(spec, { cluster: cluster('50cc'), source: null }, [table({}), table({})])).toBe('200cc');
  });

  test('is the one there is where nothing is to be copied', () => {
    expect(sizeForSnapshot(spec, { cluster: cluster('25cc'), source: null }, [copied])).toBe('25cc');
    expect(sizeForSnapshot(spec, { cluster: cluster('25cc'), source: null }, [])).toBe('25cc');
  });
});

test.each([
  ['1cc', 1],
  ['100CC', 100],
  ['3C', 300],
  ['3c', null],
  ['x200cc', null],
  ['200ccx', null],
  ['12C2', null],
  ['a2C', null],
  ['3xsmall', 25],
  ['2XSMALL', 50],
  ['small', 200],
  ['medium', 400],
  ['large', 800],
  ['xlarge', 1600],
  ['2xlarge', 3200],
])('%s has the power of %p cc', (size, cc) => expect(sizeInCc(size)).toBe(cc));

test.each([
  ['100cc', 0, null, 30],
  ['100cc', 10_000_000, null, 31],
  ['100cc', 0, 20_000, 31],
  ['100cc', 100_000_000, 20_000, 40],
  ['100cc', 10_000_000, 2_000_000, 130],
  ['800cc', 80_000_000, null, 31],
  ['1600cc', 80_000_000, null, 31],
  ['1000cc', 0, 200_000, 31],
  ['2000cc', 0, 200_000, 31],
  ['0cc', 1, 1, null],
  ['mystery', 1, 1, null],
])('at %s, %d bytes and %p rows take %p s', (size, bytes, rows, seconds) => {
  expect(estimateSeconds(size, String(bytes), rows)).toBe(seconds);
});

test('what is copied are the fresh tables; their rows are known where each was analysed', () => {
  const big = table({ bytes: '9007199254740993', estimatedRows: 5 });
  expect(amount([copied, big, table({ bytes: '1' })])).toEqual({ rows: 15, bytes: '9007199254740994' });
  expect(amount([table({}), table({ estimatedRows: null })]).rows).toBeNull();
  expect(amount([table({}), { ...copied, estimatedRows: null }]).rows).toBe(10);
  expect(amount([])).toEqual({ rows: 0, bytes: '0' });
});

test('the cost is said with what is known, of copied tables, too', () => {
  const tables = [table({ fresh: false, bytes: '16384', estimatedRows: 2000 })];
  expect(copyCost(spec, tables)).toBe('about 2,000 rows, 16 KiB, 30 s at 200cc');
  expect(copyCost(spec, [table({ estimatedRows: 1 })])).toBe('about 1 row, 0 B, 30 s at 200cc');
  const mystery = withMaterialize({ cluster: { ...spec.materialize.cluster, snapshotSize: 'mystery' } });
  expect(copyCost(mystery, [table({ estimatedRows: null })])).toBe('an unknown number of rows, 0 B');
});

test('estimates are given for each size of known power once, smallest first, while something is copied', () => {
  const target = emptyTarget({ sizes: ['800cc', 'mystery', '2C', '25cc'] });
  const sizes = (tables: PlannedTable[]) => estimates(spec, target, tables).map(({ size }) => size);
  expect(sizes([copied, table({})])).toEqual(['25cc', '50cc', '200cc', '2C', '800cc']);
  expect(sizes([copied])).toEqual([]);
  expect(estimates(spec, emptyTarget({ sizes: [] }), [table({ bytes: '20000000' })])).toEqual([
    { size: '50cc', seconds: 34 },
    { size: '200cc', seconds: 31 },
  ]);
});
