import { renderCheckDetails } from '../../../src/core/run/details';
import { judge } from '../../../src/core/watch/judge';
import { keep, keptOfAnyVersion } from '../../../src/core/watch/readings/kept';
import type { CheckResult, KeptTarget, PipelineReading, TargetTableReading } from '../../../src/core/watch/types';
import { at, reading, spec, table } from './reading';

const many = (count: number, change: Partial<TargetTableReading> = {}): TargetTableReading[] =>
  Array.from({ length: count }, (_, index) => table(`orders_${String(index).padStart(5, '0')}`, change));

const upstreamOf = (tables: TargetTableReading[]) => ({
  publication: { exists: true, leavesOut: [], tables: tables.map(({ upstream }) => upstream) },
  tables: tables.map(({ upstream }) => ({ ...upstream, replicaIdentity: 'full' })),
});

const read = (tables: TargetTableReading[]): PipelineReading =>
  reading(0, { source: upstreamOf(tables), target: { tables } });

function targetOf(kept: CheckResult['reading']): KeptTarget {
  if (!kept.target.ok) throw new Error('it was read');
  return kept.target.value;
}

describe('what a check keeps of its reading', () => {
  it('counts tables that are well and names none of them', () => {
    const { tables } = targetOf(keep(read([...many(3, { freshnessMs: 800 }), table('late')]), 'unwell'));
    expect(tables).toEqual({
      count: 4,
      statuses: { running: 4 },
      committed: 4,
      failing: 0,
      freshnessMs: 1200,
      named: [],
    });
  });

  it('names those with an error first, then those that are not copied yet, of many the first', () => {
    const open = many(50, { committed: false, status: 'snapshotting', freshnessMs: null });
    const dead = table('dead', { error: 'x'.repeat(5_000), status: 'stalled' });
    const { tables } = targetOf(keep(read([...open, dead]), 'unwell'));
    expect(tables).toMatchObject({ count: 51, statuses: { snapshotting: 50, stalled: 1 }, committed: 1, failing: 1 });
    expect(tables.named.map((one) => one.table)).toEqual(['dead', ...open.slice(0, 4).map((one) => one.table)]);
    expect(tables.named[0]?.error).toHaveLength(400);
  });

  it('names the first for a look by hand, and every one when asked to', () => {
    const tables = many(100);
    expect(targetOf(keep(read(tables), 'first')).tables.named).toHaveLength(20);
    expect(targetOf(keep(read(tables), 'all')).tables.named).toEqual(tables);
  });

  it('names a table that nobody can read, whatever its status, and not one whose status outlived its row', () => {
    const error = 'Source error: failed to cast raw column: x';
    const stale = table('stale', { status: 'stalled', error, read: { ok: true } });
    const { tables } = targetOf(keep(read([table('t', { read: { ok: false, error } }), stale]), 'unwell'));
    expect(tables).toMatchObject({ failing: 1, named: [{ table: 't', error }] });
    expect(tables.named[0]).not.toHaveProperty('read');
  });

  it('is of the same size for two tables and for ten thousand', () => {
    const size = (count: number) => JSON.stringify(keep(read(many(count)), 'unwell')).length;
    expect(size(10_000) - size(2)).toBeLessThan(30);
  });

  it('is made of what a check of an earlier version kept, as often as it is asked', () => {
    const tables = many(30);
    const once = keptOfAnyVersion(read(tables));
    expect(once).toEqual(keep(read(tables), 'all'));
    expect(keptOfAnyVersion(once)).toEqual(once);
  });

  it('is drawn from what an earlier version kept, too, as histories of then have it', () => {
    const whole = read(many(7));
    const { verdict, memory } = judge(whole, null, spec, at(0));
    const old = {
      pipeline: 'shop',
      checkedAt: at(0),
      verdict,
      reading: whole,
      alertsSent: [],
      alertsFailed: 0,
      memory,
    };
    expect(renderCheckDetails(old as unknown as CheckResult)).toContain('source running, 7 tables');
  });
});
