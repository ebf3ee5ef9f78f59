import { judge } from '../../../../src/core/watch/judge';
import { at, reading, spec, targetSource, Watch, type Look } from '../reading';

describe('events of Materialize', () => {
  const seconds = (minute: number, more: number): string =>
    new Date(Date.parse(at(minute)) + more * 1000).toISOString();
  const seenTo = (look: Look, minute = 1): string | undefined => {
    const watch = new Watch();
    watch.check(0);
    watch.check(minute, look);
    return watch.memory?.eventsSeenTo;
  };

  test('are asked for from before the reading began: its end would lose those in between', () => {
    const slow = { ...reading(1), durationMs: 20_000 };
    expect(judge(slow, null, spec, at(1)).memory.eventsSeenTo).toBe(seconds(1, -25));
  });

  test('are not seen twice', () => {
    const event = { at: seconds(1, -2), error: 'shop_source: postgres: x' };
    expect(seenTo({ target: targetSource({ stalledSince: [event] }) })).toBe(event.at);
  });

  test('of the time in which Materialize could not be read are asked for later', () => {
    expect(seenTo({ target: 'down' }, 30)).toBe(seenTo({}, 0));
  });
});

test('the first check takes no old events for new ones', () => {
  const target = targetSource({ stalledSince: [{ at: at(-60), error: 'shop_source: postgres: slot overcompacted' }] });
  expect(judge(reading(0, { target }), null, spec, at(0)).verdict.name).toBe('healthy');
});

test('the first check knows a source that flaps over a lost slot, though it runs at that moment', () => {
  const event = { at: at(-0.5), error: 'shop_source: postgres: slot overcompacted' };
  const { verdict } = judge(reading(0, { target: targetSource({ stalledSince: [event] }) }), null, spec, at(0));
  expect(verdict).toMatchObject({ name: 'broken', severity: 'terminal' });
});
