import type { PipelineSpec } from '../../../src/core/spec/types';
import { postgresSpec } from '../plan/fixtures';
import { at, lsn, refused, slot, SLOT, spec, table, targetSource, Watch, type Look } from './reading';

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
