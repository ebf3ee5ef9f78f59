import { untilEqual } from '../support/compare';
import { until } from '../support/until';
import { COLUMN_LISTS, has, HOSTILE, itSince, SQL_ROLE } from '../support/versions';
import { Watched } from './watched';

jest.setTimeout(300_000);

let watched: Watched;
beforeAll(async () => {
  watched = await Watched.start({}, ({ name, source }) => {
    if (has(SQL_ROLE)) source.role = { name: `mz_${name}`, via: 'sql' };
  });
});
afterAll(() => watched.stop());

const upstream = (sql: string) => watched.upstream(sql);
const publication = () => `"n2m_${watched.world.name}"`;

describe('a copy that is wrong while Materialize says `running`, each caused for real', () => {
  it('a publication that leaves out updates and deletes: not mended by putting it back, but by copying again', async () => {
    await watched.check();
    await upstream(`ALTER PUBLICATION ${publication()} SET (publish = 'insert')`);
    await upstream(`UPDATE orders SET note = 'lost' WHERE id = 1`);
    await upstream(`DELETE FROM events`);
    await watched.found('changes-left-out', 'critical');
    const refused = await watched.world.n2m(['apply', watched.file, '--yes']);
    expect(refused.code).toBe(1);
    expect(refused.stderr.replace(/\s+/g, ' ')).toContain(`n2m repair ${watched.world.name}`);
    await upstream(`ALTER PUBLICATION ${publication()} SET (publish = 'insert, update, delete, truncate')`);
    await watched.found('changes-left-out', 'critical');
    await watched.repaired();
  });

  itSince(COLUMN_LISTS, 'a row filter: the repair publishes the whole table and copies it again', async () => {
    await upstream(
      `ALTER PUBLICATION ${publication()} DROP TABLE orders; ALTER PUBLICATION ${publication()} ADD TABLE ONLY orders WHERE (id < 100)`,
    );
    await upstream(`INSERT INTO orders (customer_id, status, total, note) VALUES (1, 'new', 1, 'lost')`);
    await watched.found('table-narrowed', 'critical', 'public.orders');
    await watched.repaired();
  });

  it('row level security switched on: told at once, and what apply mends where its login may', async () => {
    const role = `mz_${watched.world.name}`;
    await upstream(`ALTER TABLE customers ENABLE ROW LEVEL SECURITY`);
    await upstream(`ALTER ROLE "${role}" NOBYPASSRLS`);
    const { verdict } = await watched.check();
    expect(verdict).toMatchObject({ name: 'broken', severity: 'warn' });
    // Under hostile defaults every table has policies.
    const tables = HOSTILE ? '.*public\\.customers.*' : 'public\\.customers';
    expect(verdict.cause).toMatch(new RegExp(`^policies hide rows of ${tables} from ${role}: `));
    expect(verdict.next).toContain(`ALTER ROLE "${role}" BYPASSRLS;`);
    if (has(SQL_ROLE)) {
      expect(verdict.next).toMatch(/^n2m apply/);
      await upstream(`ALTER ROLE "${watched.world.neon.owner}" BYPASSRLS`);
      await watched.apply(() => undefined);
      const { rows } = await upstream(`SELECT rolbypassrls AS past FROM pg_roles WHERE rolname = '${role}'`);
      expect(rows).toEqual([{ past: true }]);
    } else await upstream(`ALTER ROLE "${role}" BYPASSRLS`);
    expect((await watched.check()).verdict.symptoms).toEqual([]);
    await upstream(`ALTER TABLE customers DISABLE ROW LEVEL SECURITY`);
  });

  it('a value that Materialize cannot hold: told also when the status says running, and over once the row is gone', async () => {
    const placed = await upstream(`SELECT placed_at::text AS at FROM orders WHERE id = 2`);
    await upstream(`UPDATE orders SET placed_at = 'infinity' WHERE id = 2`);
    await watched.untilStatus('orders', 'stalled');
    const cluster = `"ingest_${watched.world.name}"`;
    const target = (sql: string) => watched.world.target((client) => client.query(sql));
    const told = async () => {
      const { verdict } = await watched.check();
      expect(verdict).toMatchObject({ name: 'broken', severity: 'critical' });
      expect(verdict.symptoms).toMatchObject([{ rule: 'table-error', table: 'public.orders' }]);
      expect(verdict.cause).toMatch(/^public\.orders cannot be read: .*, in column placed_at, .*"infinity"$/);
      return verdict.next;
    };
    await told();
    await target(`ALTER CLUSTER ${cluster} SET (REPLICATION FACTOR 0)`);
    await target(`ALTER CLUSTER ${cluster} SET (REPLICATION FACTOR 1)`);
    await watched.untilStatus('orders', 'running');
    const printed = /\((SELECT .*;)\)/.exec(await told())?.[1] ?? '';
    expect((await upstream(printed)).rows).toMatchObject([{ id: '2' }]);
    await upstream(`UPDATE orders SET placed_at = '${(placed.rows as { at: string }[])[0]?.at}' WHERE id = 2`);
    await watched.untilStatus('orders', 'stalled');
    await untilEqual(watched.world);
    expect((await watched.check()).verdict.symptoms).toEqual([]);
  });

  itSince(COLUMN_LISTS, 'rows that were left out while nobody looked: told when one of them changes', async () => {
    await upstream(
      `ALTER PUBLICATION ${publication()} DROP TABLE customers; ALTER PUBLICATION ${publication()} ADD TABLE ONLY customers WHERE (id < 100)`,
    );
    const { rows } = await upstream(
      `INSERT INTO customers (id, name, email) VALUES (1000001, 'new', 'new@example.com') RETURNING id`,
    );
    await upstream(
      `ALTER PUBLICATION ${publication()} DROP TABLE customers; ALTER PUBLICATION ${publication()} ADD TABLE ONLY customers`,
    );
    await upstream(`UPDATE customers SET name = 'found' WHERE id = ${(rows as { id: string }[])[0]?.id}`);
    await until(async () => {
      const { verdict } = await watched.check();
      return verdict.name === 'broken' ? true : undefined;
    }, 'a read that fails');
    const { cause } = (await watched.found('table-error', 'critical', 'public.customers')).verdict;
    expect(cause).toMatch(/changes came for rows it never had/);
    expect((await watched.statuses()).customers).toBe('running');
    await watched.repaired();
  });
});
