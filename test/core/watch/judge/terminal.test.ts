import { judge } from '../../../../src/core/watch/judge';
import { at, reading, SLOT, slot, spec, table, targetSource, Watch, type Look, dead } from '../reading';

const truncated = 'postgres: Source error: source must be dropped and recreated due to failure: table was truncated';

describe('terminal states', () => {
  test('are latched: a slot made anew under the old name clears nothing', () => {
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source: slot({ exists: false }) });
    expect(watch.checks(2, 60)).toMatchObject({ name: 'broken', severity: 'terminal', next: 'n2m repair shop' });
  });

  test('a slot that is missing is told once, also when Materialize made it anew and finds it too young', () => {
    const error = 'postgres: slot overcompacted. Requested LSN 12 but only LSNs >= 13 are available';
    const stalled: Look = { target: targetSource({ status: 'stalled', error }) };
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source: slot({ exists: false }), ...stalled });
    const verdict = watch.checks(2, 9, stalled);
    expect(verdict.symptoms.map(({ rule }) => rule)).toEqual(['slot-missing']);
    expect(watch.kinds()).toEqual(['1 raised terminal']);
  });

  test('a slot made anew before anybody missed it is lost', () => {
    const error = 'postgres: slot overcompacted. Requested LSN 12 but only LSNs >= 13 are available';
    const watch = new Watch();
    watch.check(0);
    const verdict = watch.check(1, { target: targetSource({ status: 'stalled', error }) });
    expect(verdict.symptoms.map(({ rule }) => rule)).toEqual(['slot-lost']);
  });

  test.each([
    ['a list', spec.source.tables, 'take it out of the file, then n2m apply'],
    ['schemas', { kind: 'schemas' as const, schemas: ['public'], aliases: [] }, 'n2m apply'],
    ['all', { kind: 'all' as const, aliases: [] }, 'n2m apply'],
  ])('a table dropped upstream leaves %s by a command that can be followed', (_what, tables, next) => {
    const watch = new Watch({ ...spec, source: { ...spec.source, tables } });
    const customers = { schema: 'public', name: 'customers' };
    const source: Look['source'] = {
      publication: { exists: true, leavesOut: [], tables: [customers] },
      tables: [{ ...customers, replicaIdentity: 'full' }],
    };
    expect(watch.checks(0, 2, { source }).symptoms).toMatchObject([{ rule: 'table-unpublished', next }]);
  });

  test('a table that was taken out of the publication and died of it is told once, and again when only it is dead', () => {
    const source: Look['source'] = {
      publication: { exists: true, leavesOut: [], tables: [{ schema: 'public', name: 'customers' }] },
    };
    const died = dead('postgres: Source error: table was dropped');
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source });
    expect(watch.check(2, { source, ...died }).symptoms.map(({ rule }) => rule)).toEqual(['table-unpublished']);
    expect(watch.check(3, { source: 'down', ...died }).symptoms).toEqual([]);
    watch.checks(4, 6, { source, ...died });
    expect(watch.kinds()).toEqual(['1 raised critical']);
    expect(watch.check(7, died).symptoms.map(({ rule }) => rule)).toEqual(['table-error']);
    expect(watch.kinds()).toEqual(['1 raised critical', '7 raised critical']);
  });

  test('a dead table that is not published either is told once, also when its row looks well again', () => {
    const source: Look['source'] = {
      publication: { exists: true, leavesOut: [], tables: [{ schema: 'public', name: 'customers' }] },
    };
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source, ...dead('postgres: Source error: table was dropped') });
    const verdict = watch.checks(2, 9, { source });
    expect(verdict.symptoms.map(({ rule }) => rule)).toEqual(['table-error']);
    expect(watch.kinds()).toEqual(['1 raised critical']);
  });

  test('are over when a repair brought another slot', () => {
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source: slot({ walStatus: 'lost' }) });
    const other = 'materialize_ffffffffffffffffffffffffffffffff';
    const repaired = { source: slot({ slot: other }), target: targetSource({ slot: other }) };
    expect(watch.check(2, repaired).name).toBe('healthy');
    expect(watch.memory?.latched).toEqual([]);
  });

  test('of a table are latched by its id, also when its row says running again', () => {
    const watch = new Watch();
    watch.check(0, dead(truncated));
    expect(watch.check(1)).toMatchObject({ name: 'broken', severity: 'critical' });
    expect(watch.check(2, { target: { tables: [table('orders', { id: 'u99' }), table('customers')] } }).name).toBe(
      'healthy',
    );
  });

  test('are told apart from errors that end by themselves', () => {
    const watch = new Watch();
    watch.check(0, dead('postgres: invalid UTF8 string: x'));
    expect(watch.check(1).name).toBe('healthy');
  });
});

test('a slot whose name nobody told yet is not missed', () => {
  const source = slot({ slot: '', exists: false });
  expect(judge(reading(0, { source, target: 'down' }), null, spec, at(0)).memory).toMatchObject({
    slot: null,
    slotSeen: false,
  });
  expect(SLOT).toMatch(/^materialize_[0-9a-f]{32}$/);
});
