import { dropTheSlot } from '../support/live';
import { COLUMN_LISTS, GENERATED_REFUSED, itSince } from '../support/versions';
import { Watched } from './watched';

jest.setTimeout(180_000);

let watched: Watched;
beforeAll(async () => {
  watched = await Watched.start();
});
afterAll(() => watched.stop());

const upstream = (sql: string) => watched.upstream(sql);

describe('what damages tables and slots upstream, each caused for real', () => {
  it('is healthy before, and says so on both sides, with exit code 0', async () => {
    const { result, told } = await watched.twoChecks();
    expect({ verdict: result.verdict.name, symptoms: result.verdict.symptoms, told }).toEqual({
      verdict: 'healthy',
      symptoms: [],
      told: [],
    });
    expect(watched.receiver.pings).toBeGreaterThanOrEqual(2);
    const { code, status } = await watched.status();
    expect(code).toBe(0);
    expect(status).toMatchObject({
      pipeline: watched.world.name,
      verdict: 'healthy',
      cause: expect.stringMatching(/4 tables at most .* behind/) as string,
      next: `n2m status ${watched.world.name}`,
      checkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      source: { reachable: true, slot: { exists: true, active: true } },
      target: { reachable: true, source: { status: 'running' } },
      alerts: [],
    });
    expect(status.tables.map(({ table, status: state }) => `${table} ${state}`).sort()).toEqual([
      'Order Items running',
      'customers running',
      'events running',
      'orders running',
    ]);
  });

  const table = async (name: string, cause: RegExp, next: RegExp): Promise<void> => {
    const { result, told } = await watched.twoChecks();
    expect(result.verdict).toMatchObject({ name: 'broken', severity: 'critical' });
    const symptom = result.verdict.symptoms.find((one) => one.table === name);
    expect(symptom).toMatchObject({ severity: 'critical', cause: expect.stringMatching(cause) as string });
    expect(symptom?.next).toMatch(next);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ pipeline: watched.world.name, kind: 'raised', verdict: 'broken' });
    expect(told[0]?.symptoms).toEqual([symptom]);
    const { code, status } = await watched.status();
    expect({ code, verdict: status.verdict }).toEqual({ code: 3, verdict: 'broken' });
    expect(status.symptoms).toContainEqual(symptom);
    expect(status.alerts.map(({ key }) => key)).toContain(`${symptom?.rule}:${name}`);
  };

  for (const [what, name, sql, cause, since] of [
    [
      'another tool publishes some columns',
      'customers',
      'CREATE PUBLICATION other_tool FOR TABLE customers (id, name)',
      /UPDATE and DELETE of public\.customers fail with 42P10: .* left out by publication other_tool/,
      COLUMN_LISTS,
    ],
    [
      'a migration brings a generated column',
      'orders',
      'ALTER TABLE orders ADD COLUMN twice numeric GENERATED ALWAYS AS (total * 2) STORED',
      /UPDATE and DELETE of public\.orders fail with 42P10: .* generated columns/,
      GENERATED_REFUSED,
    ],
  ] as const) {
    const title = `the application cannot write: ${what}; what the check says to run gives the writes back`;
    itSince(since, title, async () => {
      const write = () => upstream(`UPDATE ${name} SET id = id WHERE id = 1`);
      await upstream(sql);
      await expect(write()).rejects.toThrow('cannot update');
      const [symptom] = (await watched.check()).verdict.symptoms;
      expect(symptom).toMatchObject({ rule: 'writes-refused', severity: 'critical', table: `public.${name}` });
      expect(symptom?.cause).toMatch(cause);
      await upstream(symptom?.next ?? '');
      await write();
      expect((await watched.check()).verdict.symptoms.map(({ rule }) => rule)).not.toContain('writes-refused');
    });
  }

  it('replica identity weakened: named before the table dies of it', async () => {
    await upstream('ALTER TABLE "Order Items" REPLICA IDENTITY DEFAULT');
    await table(
      'public.Order Items',
      /replica identity (d|default)\b.*next update or delete/,
      /REPLICA IDENTITY FULL;$/,
    );
  });

  it('… and again when it died of it', async () => {
    await upstream('UPDATE "Order Items" SET "Quantity" = "Quantity" + 1 WHERE id = 1');
    await watched.untilStatus('Order Items', 'stalled');
    await table('public.Order Items', /stands still: its replica identity was weakened/, /^n2m repair/);
  });

  it('table truncated', async () => {
    await upstream('TRUNCATE events');
    await watched.untilStatus('events', 'stalled');
    await table('public.events', /stands still: it was truncated upstream/, /^n2m repair/);
  });

  it('column dropped', async () => {
    await upstream('ALTER TABLE customers DROP COLUMN city');
    await upstream(`INSERT INTO customers (name, email) VALUES ('new', 'new@example.com')`);
    await watched.untilStatus('customers', 'stalled');
    await table('public.customers', /stands still: a replicated column was dropped or changed/, /^n2m repair/);
  });

  it('table taken out of the publication', async () => {
    await upstream(`ALTER PUBLICATION "n2m_${watched.world.name}" DROP TABLE orders`);
    await table('public.orders', /taken out of (the )?publication/, /n2m repair/);
  });

  it('slot dropped: terminal, told, and latched', async () => {
    const { slot } = (await watched.check()).memory;
    await dropTheSlot(watched.world, slot ?? '');
    const { result, told } = await watched.twoChecks();
    expect(result.verdict).toMatchObject({
      name: 'broken',
      severity: 'terminal',
      next: `n2m repair ${watched.world.name}`,
    });
    expect(result.verdict.cause).toMatch(/slot .* (is gone from the server|was lost and made anew)/);
    expect(told.map(({ kind, severity }) => ({ kind, severity }))).toContainEqual({
      kind: 'escalated',
      severity: 'terminal',
    });
    const again = await watched.twoChecks();
    expect(again.result.verdict.severity).toBe('terminal');
    expect(again.told).toEqual([]);
    const { code, status } = await watched.status();
    expect({ code, verdict: status.verdict }).toEqual({ code: 3, verdict: 'broken' });
  });

  it('every body was signed with the key of the file', () => {
    expect(watched.receiver.alerts.length).toBeGreaterThan(4);
    expect(watched.receiver.forged).toEqual([]);
  });
});
