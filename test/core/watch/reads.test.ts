import { asRead, READS_A_CHECK, tablesToRead } from '../../../src/core/watch/reads';
import type { ReadProof } from '../../../src/core/watch/types';
import { healthyTarget, table, targetSource, Watch, type Look } from './reading';

const CAST =
  'Source error: source must be dropped and recreated due to failure: failed to cast raw column: invalid input syntax for type time: HOUR must be [0, 23], got 24: "24:00:00"';
const RETRACTED = 'Invalid data in source, saw retractions (1) for row that does not exist';
const orders = (change: Parameters<typeof table>[1]): Look => ({
  target: { tables: [table('orders', change), table('customers', { read: { ok: true } })] },
});

describe('which tables a check reads', () => {
  const ids = Array.from({ length: 50 }, (_, n) => `u${String(n).padStart(3, '0')}`);

  it('all of a few, and many in turn until each had its turn', () => {
    expect(tablesToRead(['u2', 'u1'], null)).toEqual(['u1', 'u2']);
    const seen = new Set<string>();
    let readTo: string | undefined;
    for (let check = 0; check < 3; check += 1) {
      const asked = tablesToRead(ids, { readTo });
      expect(asked).toHaveLength(READS_A_CHECK);
      for (const id of asked) seen.add(id);
      readTo = asked.at(-1);
    }
    expect(seen.size).toBe(50);
  });

  it('first those that could not be read, of them half a check at most', () => {
    const unreadable = ids.slice(30).map((id) => ({ id, error: CAST }));
    const asked = tablesToRead(ids, { unreadable, readTo: 'u004' });
    expect(asked.slice(0, 10)).toEqual(ids.slice(30, 40));
    expect(asked.slice(10)).toEqual(ids.slice(5, 15));
  });
});

describe('a read beats the status', () => {
  it('running, and nobody can read it: told at once with the value, the row to look for, and both ways out', () => {
    const watch = new Watch();
    const verdict = watch.check(0, orders({ read: { ok: false, error: CAST } }));
    expect(verdict).toMatchObject({ name: 'broken', severity: 'critical' });
    expect(verdict.symptoms).toMatchObject([{ rule: 'table-error', table: 'public.orders' }]);
    expect(verdict.cause).toBe(
      'public.orders cannot be read: a row holds a value that Materialize cannot, invalid input syntax for type time: HOUR must be [0, 23], got 24: "24:00:00"',
    );
    expect(verdict.next).toContain(
      `SELECT * FROM "public"."orders" AS t WHERE pg_catalog.strpos(pg_catalog.format('%s', t.*), '24:00:00') > 0;), and the table goes on by itself; or name the column in source.textColumns`,
    );
  });

  it('with the column where a look upstream told it, and the line for the file that takes it as text', () => {
    const watch = new Watch();
    const found = { columns: [{ name: 'Opens At', inside: false }], sure: true };
    const refusedIn = [{ id: 'u-orders', value: '24:00:00', found }];
    const unread = orders({ read: { ok: false, error: CAST } });
    const { cause, next } = watch.check(0, { ...unread, refusedIn });
    expect(cause).toContain('a value that Materialize cannot, in column Opens At, invalid input syntax');
    expect(next).toBe(
      `correct or delete that row upstream (SELECT * FROM "public"."orders" WHERE pg_catalog.format('%s', "Opens At") = '24:00:00';), and the table goes on by itself; or source.textColumns: [public.orders."Opens At"], then n2m apply copies the table again`,
    );
    // It is not looked for at each check, and forgotten once the table is well.
    expect(watch.memory?.refusedIn).toEqual(refusedIn);
    watch.check(1, { target: 'down' });
    expect(watch.memory?.refusedIn).toEqual(refusedIn);
    watch.check(2, orders({ read: { ok: true } }));
    expect(watch.memory?.refusedIn).toBeUndefined();
  });

  it('of another value of the table it says nothing', () => {
    const found = { columns: [{ name: 'a', inside: false }], sure: true };
    const refusedIn = [{ id: 'u-orders', value: '24:00:01', found }];
    const { cause } = new Watch().check(0, { ...orders({ read: { ok: false, error: CAST } }), refusedIn });
    expect(cause).not.toContain('in column');
  });

  it('stays told while it is not read, and is over when a read works', () => {
    const watch = new Watch();
    watch.check(0, orders({ read: { ok: false, error: CAST } }));
    expect(watch.check(1, orders({})).name).toBe('broken');
    expect(watch.memory?.unreadable).toEqual([{ id: 'u-orders', error: CAST }]);
    expect(watch.check(2, orders({ read: { ok: true } })).name).toBe('healthy');
    expect(watch.memory?.unreadable).toEqual([]);
  });

  it('a status that outlived its row is not told; one of a truncated table is, whatever can still be read', () => {
    const status = (error: string) => orders({ status: 'stalled', error: `postgres: ${error}`, read: { ok: true } });
    expect(new Watch().check(0, status(CAST)).name).toBe('healthy');
    const truncated = 'Source error: source must be dropped and recreated due to failure: table was truncated';
    expect(new Watch().check(0, status(truncated)).name).toBe('broken');
  });

  it('rows that do not add up: for good, until the table is copied again', () => {
    const watch = new Watch();
    expect(watch.check(0, orders({ read: { ok: false, error: RETRACTED } }))).toMatchObject({
      severity: 'critical',
      cause:
        'public.orders stands still: changes came for rows it never had: something was left out of the stream before',
      next: 'n2m repair shop',
    });
    expect(watch.check(1, orders({ read: { ok: true } })).name).toBe('broken');
  });

  it('keeps what it knows over a time in which Materialize does not answer', () => {
    const watch = new Watch();
    watch.check(0, orders({ read: { ok: false, error: CAST } }));
    watch.check(1, { target: 'down' });
    expect(watch.check(2, orders({})).name).toBe('broken');
  });

  it('remembers the words of twenty, and of more the ids: none of them is well until it was read', () => {
    const watch = new Watch();
    const tables = (read: ReadProof | undefined, from = 0) =>
      Array.from({ length: 1_000 }, (_, n) => table(`t${n}`, { id: `u${n}`, ...(n >= from && read ? { read } : {}) }));
    const published = tables(undefined).map(({ upstream }) => upstream);
    const source = { publication: { exists: true, leavesOut: [], tables: published } };
    watch.check(0, { source, target: { tables: tables({ ok: false, error: CAST }) } });
    expect(watch.memory?.unreadable).toHaveLength(20);
    expect(JSON.stringify(watch.memory?.unreadableMore).length).toBeLessThan(500);
    // Of the first ones all are mended, of the others nobody knows more than before.
    const mended = tables(undefined).map((one, n) => (n < 30 ? { ...one, read: { ok: true as const } } : one));
    const verdict = watch.check(1, { source, target: { tables: mended } });
    expect(verdict).toMatchObject({ name: 'broken', severity: 'critical' });
    expect(verdict.symptoms.at(-1)?.cause).toMatch(/^951 more tables, one of them: /);
    expect(verdict.symptoms.filter(({ cause }) => cause.includes('24:00:00')).length).toBeLessThanOrEqual(20);
    expect(watch.memory?.unreadable?.[0]?.id).toBe('u30');
    expect(watch.check(2, { source, target: { tables: tables({ ok: true }) } }).name).toBe('healthy');
    expect(watch.memory?.unreadableMore).toBeUndefined();
  });

  it('does not touch what the whole source suffers from', () => {
    const target = healthyTarget({ ...targetSource({ status: 'stalled', error: 'postgres: slot overcompacted' }) });
    expect(asRead(target, null)).toEqual(target);
  });
});
