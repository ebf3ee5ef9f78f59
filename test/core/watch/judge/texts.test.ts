import { TABLE_ERRORS, valueRefused } from '../../../../src/core/watch/errors/table-errors';
import { SOURCE_ERRORS } from '../../../../src/core/watch/source-errors';
import { table, targetCluster, targetSource, Watch, dead } from '../reading';

describe('the texts of Materialize', () => {
  test.each(SOURCE_ERRORS.map((known) => [known.example, known]))(
    'of the source mean something: %s',
    (example, known) => {
      expect(SOURCE_ERRORS.find((other) => other.pattern.test(example))).toBe(known);
      const watch = new Watch();
      watch.check(0);
      const target = {
        ...targetSource({ status: 'stalled', error: example }),
        tables: [table('orders', { status: 'stalled', error: example })],
      };
      const verdict = watch.checks(1, 2, { target });
      expect(verdict.symptoms.map((symptom) => symptom.rule)).toEqual([known.rule]);
      expect(verdict.cause).toContain(known.meaning);
    },
  );

  test.each(TABLE_ERRORS.map((known) => [known.example, known]))('of a table mean something: %s', (example, known) => {
    const verdict = new Watch().check(0, dead(example));
    const value = valueRefused(example);
    if (value) expect(verdict.cause).toBe(`public.orders cannot be read: ${known.meaning}, ${value.why}`);
    else expect(verdict.cause).toContain(`public.orders stands still: ${known.meaning}`);
  });

  test.each<[string, string]>([
    [
      'UNIQUE constraint "it\'s \\"odd\\"" (a, b) was dropped upstream',
      `: UNIQUE constraint "it's \\"odd\\"" (a, b) was dropped upstream, which a table made WITH (EXCLUDE CONSTRAINTS ('it''s "odd"')) outlives`,
    ],
    [
      'PRIMARY KEY constraint "orders_pkey" (id) was renamed or recreated upstream',
      `: PRIMARY KEY constraint "orders_pkey" (id) was renamed or recreated upstream, which a table made WITH (EXCLUDE CONSTRAINTS ('orders_pkey')) outlives`,
    ],
    [
      'UNIQUE constraint "old" (a) was renamed upstream to "new"',
      `: UNIQUE constraint "old" (a) was renamed upstream to "new", which a table made WITH (EXCLUDE CONSTRAINTS ('new')) outlives`,
    ],
    [
      'the NOT NULL constraint on column "table was truncated" was dropped upstream',
      `: NOT NULL constraint on column "table was truncated" was dropped upstream, which a table made WITH (EXCLUDE ALL CONSTRAINTS) outlives`,
    ],
    ['the type of column "a" changed upstream', ': the type of column "a" changed upstream'],
    [
      'column "a" changed position upstream (the column or table was likely dropped and recreated)',
      ': column "a" changed position upstream',
    ],
    ['table was dropped and recreated upstream (it now has oid 16999)', ': it was dropped and made again upstream'],
    ['table was renamed or moved upstream (it is now b.c)', ': it was renamed or moved to another schema upstream'],
  ])('of a changed table name what changed: %s', (change, cause) => {
    const watch = new Watch();
    const verdict = watch.check(0, dead(`postgres: incompatible schema change on public.orders: ${change}`));
    expect(verdict).toMatchObject({ name: 'broken', severity: 'critical', next: 'n2m repair shop' });
    expect(verdict.cause.slice(-cause.length)).toBe(cause);
    expect(watch.memory?.latched).toHaveLength(1);
  });

  test('of a demoted primary is terminal, also where only the tables have it', () => {
    const error =
      'postgres: unsupported action: upstream physical replica status changed (e.g. a physical replica was promoted to a primary). Expected pg_is_in_recovery()=false but got true';
    const tables = ['orders', 'customers'].map((name) => table(name, { status: 'stalled', error }));
    const watch = new Watch();
    watch.check(0);
    const { name, severity, symptoms, next } = watch.check(1, { target: { tables } });
    expect({ name, severity, rules: symptoms.map(({ rule }) => rule), next }).toEqual({
      ...{ name: 'broken', severity: 'terminal', rules: ['source-restored'] },
      next: 'let the host lead to the primary; then n2m repair shop',
    });
    expect(watch.check(2).severity).toBe('terminal');
  });

  test('that nobody knows are told after two checks', () => {
    const watch = new Watch();
    expect(watch.check(0, dead('postgres: something new'))).toMatchObject({ name: 'broken', severity: 'ok' });
    expect(watch.check(1, dead('postgres: something new'))).toMatchObject({ name: 'broken', severity: 'critical' });
  });

  test('that the whole source suffers from are not told once per table', () => {
    const error = 'postgres: sql client error: connection closed';
    const tables = [table('orders', { status: 'stalled', error }), table('customers', { status: 'stalled', error })];
    const watch = new Watch();
    const verdict = watch.checks(0, 6, { target: { ...targetSource({ status: 'stalled', error }), tables } });
    expect(verdict.symptoms.map((symptom) => symptom.rule)).toEqual(['not-running']);
  });

  test('of a paused cluster lead to its replication factor', () => {
    const target = { ...targetSource({ status: 'paused' }), ...targetCluster({ replicationFactor: 0, replicas: [] }) };
    const verdict = new Watch().checks(0, 2, { target });
    expect(verdict).toMatchObject({
      name: 'broken',
      next: 'ALTER CLUSTER "ingest_shop" SET (REPLICATION FACTOR = 1);',
    });
    expect(verdict.cause).toContain('replication factor 0');
  });

  test('of a table are no trouble of its own when its row alone lags behind a source that is back', () => {
    const error = 'postgres: sql client error: connection closed';
    const watch = new Watch();
    watch.check(0);
    const tables = [table('orders', { status: 'stalled', error }), table('customers', { status: 'stalled', error })];
    const refused = 'postgres: db error: FATAL: password authentication failed for user "materialize"';
    watch.checks(1, 3, { target: { ...targetSource({ status: 'stalled', error: refused }), tables } });
    watch.check(4, { target: { tables } });
    watch.checks(5, 9);
    expect(watch.kinds()).toEqual(['2 raised warn', '5 recovered ok']);
    watch.checks(10, 11, { target: { tables } });
    expect(watch.kinds().at(-1)).toBe('11 raised critical');
  });
});
