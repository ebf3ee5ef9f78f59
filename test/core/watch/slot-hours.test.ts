import type { PipelineSpec } from '../../../src/core/spec/types';
import { postgresSpec } from '../plan/fixtures';
import { at, lsn, refused, slot, SLOT, spec, table, targetCluster, targetSource, Watch, type Look } from './reading';

const HOUR = 60;
const stalled = targetSource({
  status: 'stalled',
  error: 'postgres: db error: ERROR: exceeded the compute time quota',
});
const late = { ...stalled, tables: [table('orders', { freshnessMs: 3_600_000 })] };
/** Neither side gets through to the database. */
const OUTAGE: Look = { source: 'down', target: late };

/** What the check says of the database that cannot be read, after a check before it. */
function said(before: Look, minutes: number, during: Look, file: PipelineSpec = spec): string {
  const watch = new Watch(file);
  watch.check(0, before);
  watch.check(1, during);
  const verdict = watch.check(minutes, during);
  return verdict.symptoms.find(({ rule }) => rule === 'source-unreachable')?.cause ?? '';
}

test('counts the hours of a slot whose database cannot be reached, and says how many are left', () => {
  const cause = said({}, 12 * HOUR, OUTAGE);
  expect(cause).toContain(`slot ${SLOT} was last seen with a consumer 12h 00m ago`);
  expect(cause).toContain('after about 40 h, 1d 4h are left');
  // What is said of the slot is not cut off behind what the system said.
  expect(cause.indexOf('1d 4h')).toBeLessThan(cause.indexOf(refused('source').message));
});

test('says so when they are over', () => {
  expect(said({}, 41 * HOUR, OUTAGE)).toContain('its about 40 h are over');
});

test('counts on from when its consumer left, not from when nobody could look any more', () => {
  const left = slot({ active: false, inactiveSince: at(-20 * HOUR) });
  expect(said({ source: left }, 10 * HOUR, OUTAGE)).toContain('consumer 1d 6h ago');
});

test('a server that does not say when it left is asked at every check', () => {
  const watch = new Watch();
  watch.check(0);
  watch.checks(1, 30, { source: slot({ active: false, inactiveSince: null }) });
  expect(watch.memory?.consumedAt).toBe(at(0));
  watch.check(31);
  expect(watch.memory?.consumedAt).toBe(at(31));
});

test('a consumer that holds the slot and acknowledges nothing is none', () => {
  const watch = new Watch();
  watch.check(0);
  watch.checks(1, 30, { source: slot({ restartLsn: lsn(0) }) });
  expect(watch.memory?.consumedAt).toBe(at(0));
});

test('a slot that Materialize still reads loses no hour, though the watch cannot get at the database', () => {
  expect(said({}, 12 * HOUR, { source: 'down' })).not.toContain('consumer');
});

describe('a server that invalidates idle slots', () => {
  const HOURS_8 = { idleSlotTimeoutMs: 8 * 3_600_000 };
  const idle = (minutes: number, look: Look = {}) => {
    const source = { ...HOURS_8, ...slot({ active: false, inactiveSince: at(0) }) };
    return new Watch({ ...postgresSpec(), name: spec.name }).check(minutes, { source, ...look });
  };
  const told = (verdict: ReturnType<typeof idle>) =>
    verdict.symptoms.find(({ rule }) => rule === 'slot-idle-timeout') ?? null;

  test('counts down, names the time, and gets worse towards it', () => {
    expect(told(idle(3 * HOUR))).toBeNull();
    expect(told(idle(4 * HOUR))).toMatchObject({
      severity: 'warn',
      cause: `slot ${SLOT} has no consumer for 4h 00m: the server invalidates it at 2026-11-22T18:00:00Z, 4h 00m from now (idle_replication_slot_timeout: 8h 00m)`,
      next: "ALTER SYSTEM SET idle_replication_slot_timeout = '0'; SELECT pg_catalog.pg_reload_conf();",
    });
    expect(told(idle(6 * HOUR))?.severity).toBe('critical');
    expect(told(idle(9 * HOUR))?.cause).toContain('the next checkpoint invalidates it');
  });

  test('also while tables are copied or a run is under way, when nobody reads the slot', () => {
    const copying = { target: { tables: [table('orders', { committed: false })] } };
    expect(told(idle(5 * HOUR, copying))).not.toBeNull();
    expect(told(idle(5 * HOUR, { change: 'replicate' }))).not.toBeNull();
  });

  test('the verdict names it before anybody is told', () => {
    const watch = new Watch({ ...spec, watch: { ...spec.watch, slotIdle: { warn: 10 ** 9, critical: 10 ** 10 } } });
    const source = { ...HOURS_8, ...slot({ active: false, inactiveSince: at(0) }) };
    expect(watch.check(2 * HOUR, { source })).toMatchObject({ name: 'stuck', severity: 'ok', symptoms: [] });
    expect(watch.check(0.5 * HOUR, { source }).name).toBe('healthy');
  });

  test('a paused cluster is what has to come back', () => {
    const paused = { target: targetCluster({ replicationFactor: 0 }) };
    expect(told(idle(5 * HOUR, paused))?.next).toBe('n2m apply brings cluster ingest_shop back');
  });

  test('silent while somebody reads, once it is lost, and where there is no such limit', () => {
    const one = (source: Look['source']) => told(new Watch().check(9 * HOUR, { source }));
    expect(one({ ...HOURS_8, ...slot({ active: true, inactiveSince: null }) })).toBeNull();
    expect(one({ ...HOURS_8, ...slot({ active: false, inactiveSince: at(0), walStatus: 'lost' }) })).toBeNull();
    expect(one({ idleSlotTimeoutMs: null, ...slot({ active: false, inactiveSince: at(0) }) })).toBeNull();
    expect(one(slot({ active: false, inactiveSince: at(0) }))).toBeNull();
  });
});

test('another slot begins anew', () => {
  const watch = new Watch();
  watch.check(0);
  const other = 'materialize_ffffffffffffffffffffffffffffffff';
  watch.check(1, {
    source: 'down',
    target: { ...targetSource({ slot: other, status: 'stalled', error: 'x' }), tables: [] },
  });
  expect(watch.memory).toMatchObject({ slot: other, consumedAt: null });
});

test('is silent in the first minutes, and about servers that remove no slots', () => {
  expect(said({}, 2, OUTAGE)).not.toContain('consumer');
  expect(said({}, 12 * HOUR, OUTAGE, { ...postgresSpec(), name: spec.name })).not.toContain('consumer');
});

test('reads a memory of before it was kept', () => {
  const watch = new Watch();
  watch.check(0);
  if (watch.memory) delete watch.memory.consumedAt;
  expect(watch.check(1, OUTAGE).symptoms.map(({ rule }) => rule)).toEqual([]);
  expect(watch.memory?.consumedAt).toBeNull();
});
