import {
  amount,
  copyCost,
  estimates,
  estimateSeconds,
  estimateWords,
  sizeWords,
} from '../../../../src/core/objects/cluster/estimate';
import { sizeForSnapshot } from '../../../../src/core/objects/cluster/plan';
import type { PlannedTable } from '../../../../src/core/plan/types';
import { builtTarget, emptyTarget, POWER, spec, withMaterialize } from '../../plan/fixtures';

const table = (change: Partial<PlannedTable>): PlannedTable =>
  ({ fresh: true, estimatedRows: 10, bytes: '0', ...change }) as PlannedTable;
const copied = table({ fresh: false, bytes: '900000000000', estimatedRows: 1e9 });
const cluster = (size: string | null) => ({ ...builtTarget().cluster!, size });

describe('the size for a copy', () => {
  const added = (bytes: number, size = '50cc') =>
    sizeForSnapshot(spec, { cluster: cluster(size), source: null, power: POWER }, [
      copied,
      table({ bytes: `${bytes}` }),
    ]);

  test('is worth a resize from a quarter of an hour on, of what is copied alone', () => {
    // At 50cc 5 MB a second, after half a minute to start.
    const quarter = (15 * 60 - 30) * 5_000_000;
    expect(added(quarter)).toBe('50cc');
    expect(added(quarter + 5_000_000)).toBe('200cc');
    expect(added(2 * quarter, '100cc')).toBe('100cc');
    expect(added(2 * quarter + 10_000_000, '100cc')).toBe('200cc');
  });

  test('is that of the file where nothing says how long the one there takes', () => {
    expect(added(1, 'retired')).toBe('200cc');
  });

  test('is that of the file where the cluster is new, has none, or has nothing yet', () => {
    expect(sizeForSnapshot(spec, { cluster: null, source: null, power: POWER }, [])).toBe('200cc');
    expect(sizeForSnapshot(spec, { cluster: cluster(null), source: null, power: POWER }, [table({})])).toBe('200cc');
    expect(
      sizeForSnapshot(spec, { cluster: cluster('50cc'), source: null, power: POWER }, [table({}), table({})]),
    ).toBe('200cc');
  });

  test('is the one there is where nothing is to be copied', () => {
    expect(sizeForSnapshot(spec, { cluster: cluster('25cc'), source: null, power: POWER }, [copied])).toBe('25cc');
    expect(sizeForSnapshot(spec, { cluster: cluster('25cc'), source: null, power: POWER }, [])).toBe('25cc');
  });
});

test.each([
  ['100cc', 0, null, 30],
  ['100cc', 10_000_000, null, 31],
  ['100cc', 0, 20_000, 31],
  ['100cc', 100_000_000, 20_000, 40],
  ['100cc', 10_000_000, 2_000_000, 130],
  ['800cc', 80_000_000, null, 31],
  ['1600cc', 80_000_000, null, 31],
  ['1600cc', 0, 200_000, 31],
  ['3200cc', 0, 200_000, 31],
  ['M.1-nano', 5_000_000, null, 31],
  ['M.1-nano', 50_000_000, 20_000, 40],
  ['nowhere', 1, 1, null],
])('at %s, %d bytes and %p rows take %p s', (size, bytes, rows, seconds) => {
  expect(estimateSeconds({ power: POWER }, size, String(bytes), rows)).toBe(seconds);
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
  const cost = (of: PlannedTable[], file = spec) => copyCost(file, { power: POWER }, of);
  expect(cost(tables)).toBe('about 2,000 rows, 16 KiB, roughly 30 s at 200cc');
  expect(cost([table({ estimatedRows: 1 })])).toBe('about 1 row, 0 B, roughly 30 s at 200cc');
  const nowhere = withMaterialize({ cluster: { ...spec.materialize.cluster, snapshotSize: 'nowhere' } });
  expect(cost([table({ estimatedRows: null })], nowhere)).toBe(
    'an unknown number of rows, 0 B, nobody can tell how long, as the region has no size nowhere',
  );
});

test('a size is told by what it has and costs, not by its name', () => {
  expect(sizeWords({ cores: 0.5, memoryBytes: 4069523456, credits: 0.25 })).toBe(
    '0.5 cores, 3.8 GiB, 0.25 credits an hour',
  );
  expect(estimateWords({ power: POWER }, 'M.1-nano', '50000000', null)).toBe('roughly 40 s at M.1-nano');
});

test('estimates are given for each size that exists once, smallest first, while something is copied', () => {
  const target = emptyTarget({ sizes: ['800cc', 'nowhere', 'M.1-nano', '25cc'] });
  const sizes = (tables: PlannedTable[]) => estimates(spec, target, tables).map(({ size }) => size);
  expect(sizes([copied, table({})])).toEqual(['25cc', '50cc', 'M.1-nano', '200cc', '800cc']);
  expect(sizes([copied])).toEqual([]);
  expect(estimates(spec, emptyTarget({ sizes: [] }), [table({ bytes: '20000000' })])).toEqual([
    { size: '50cc', seconds: 34 },
    { size: '200cc', seconds: 31 },
  ]);
});
