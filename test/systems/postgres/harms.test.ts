import { makePlan } from '../../../src/core/plan/plan';
import type { Plan } from '../../../src/core/plan/types';
import type { PostgresSourceSpec, TableSelection } from '../../../src/core/spec/types';
import * as f from '../../core/plan/fixtures';
import { sourceOf, startUpstream, type Upstream } from './upstream';

/** What a plan says of tables whose writes a run would stop, or whose copy would lie, from a real server's catalog. */
describe.each([14, 18] as const)('harm is foretold on Postgres %i', (version) => {
  let up: Upstream;
  beforeAll(async () => {
    up = await startUpstream(version);
    // Before 16 only a superuser makes a role that replicates.
    await up.sudo(`CREATE ROLE materialize LOGIN REPLICATION PASSWORD 'materialize-pass'`);
  });
  afterAll(() => up?.stop());

  async function plan(tables: string[] | TableSelection, change: Partial<PostgresSourceSpec> = {}): Promise<Plan> {
    const given = { role: { name: 'materialize', via: 'given', password: 'env:N2M_SECRET_ROLE' } as const, ...change };
    const spec = { ...f.spec, source: sourceOf(tables, given) };
    return makePlan(spec, await up.facts(tables, given), f.emptyTarget(), f.notWatched);
  }
  /** code, severity and subject of what was found, without what a plan says of every copy. */
  const said = ({ findings }: Plan): string[][] =>
    findings
      .filter(({ code }) => !['replica-identity', 'table-size', 'tls-unverified', 'stale-statistics'].includes(code))
      .map(({ code, severity, subject }) => [code, severity, subject]);
  const found = (of: Plan, code: string) => of.findings.find((finding) => finding.code === code);

  it('has nothing to say of ordinary tables', async () => {
    await up.run(
      'CREATE TABLE plain (id int PRIMARY KEY, note text)',
      'CREATE TABLE bare ()',
      'CREATE TABLE parts (id int) PARTITION BY RANGE (id)',
      'CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)',
    );
    expect(said(await plan(['plain', 'bare', 'parts_1']))).toEqual([]);
  });

  it('tells a stored generated column with its expression', async () => {
    await up.run(
      'CREATE TABLE sold (id int PRIMARY KEY, price numeric, total numeric GENERATED ALWAYS AS (price * 2) STORED)',
    );
    const of = await plan(['sold']);
    expect(said(of)).toEqual([['generated-columns', 'info', 'generated columns']]);
    const { sentence, fix } = found(of, 'generated-columns')!;
    expect(fix).toBe('in a view: public.sold.total = (price * (2)::numeric)');
    expect(sentence).toContain(version === 18 ? 'publish_generated_columns = stored' : 'from 18 on');
  });

  it('refuses a list of columns in a publication of somebody else, where the version has lists', async () => {
    const list = version === 18 ? ' (id, note)' : '';
    await up.run('CREATE TABLE orders (id int PRIMARY KEY, note text, total int)');
    await up.sudo(`CREATE PUBLICATION narrow FOR TABLE orders${list}`);
    const of = await plan(['orders']);
    if (version === 14) return expect(said(of)).toEqual([]);
    expect(said(of)).toEqual([['other-publication-columns', 'blocking', 'publication narrow']]);
    const { sentence, fix } = found(of, 'other-publication-columns')!;
    expect(sentence).toContain('publication narrow of postgres lists columns of public.orders');
    await expect(harmed('orders')).resolves.toBe('42P10');
    await up.sudo(...(fix?.split(' -- ')[0] ?? '').split('\n'));
    expect(said(await plan(['orders']))).toEqual([]);
    return expect(harmed('orders')).resolves.toBeNull();
  });

  it('refuses a publication of somebody else that leaves generated columns out, where Postgres would', async () => {
    await up.run(
      'CREATE TABLE shared (id int PRIMARY KEY, price int, total int GENERATED ALWAYS AS (price * 2) STORED)',
    );
    await up.sudo('CREATE PUBLICATION theirs FOR TABLE shared');
    const of = await plan(['shared']);
    if (version === 14) return expect(found(of, 'other-publication-columns')).toBeUndefined();
    expect(found(of, 'other-publication-columns')?.severity).toBe('blocking');
    await expect(harmed('shared', 'price')).resolves.toBe('42P10');
    await up.sudo(found(of, 'other-publication-columns')?.fix?.split(' -- ')[0] ?? '');
    expect(found(await plan(['shared']), 'other-publication-columns')).toBeUndefined();
    return expect(harmed('shared', 'price')).resolves.toBeNull();
  });

  it('refuses a parent that others inherit from by name, and leaves it out of all', async () => {
    await up.run(
      'CREATE SCHEMA pay',
      'CREATE TABLE pay.payment (id int PRIMARY KEY)',
      'CREATE TABLE pay.card_payment (PRIMARY KEY (id)) INHERITS (pay.payment)',
    );
    expect(said(await plan(['pay.payment', 'pay.card_payment']))).toEqual([
      ['inherited-table', 'blocking', 'pay.payment'],
    ]);
    expect(said(await plan(['pay.card_payment']))).toEqual([]);
    const schema = await plan({ kind: 'schemas', schemas: ['pay'], aliases: [] });
    expect(said(schema)).toEqual([['inherited-table', 'warning', 'source.tables: schemas']]);
    expect(found(schema, 'inherited-table')?.sentence).toContain(
      'pay.payment (pay.card_payment, which inherits from it)',
    );
    expect(schema.tables.map(({ name }) => name)).toEqual(['card_payment']);
  });

  it('refuses a hypertable, and leaves it and its chunks out of schemas', async () => {
    await up.run(
      'CREATE SCHEMA _timescaledb_internal',
      'CREATE SCHEMA metrics',
      'CREATE TABLE metrics.cpu (at timestamptz NOT NULL, busy float8)',
      'CREATE TABLE metrics.hosts (id int PRIMARY KEY)',
      'CREATE TABLE _timescaledb_internal._hyper_1_1_chunk () INHERITS (metrics.cpu)',
    );
    const named = await plan(['metrics.cpu']);
    expect(said(named)).toEqual([['inherited-table', 'blocking', 'metrics.cpu']]);
    expect(found(named, 'inherited-table')?.sentence).toContain('the chunks of a hypertable, 1 now');
    const schemas = ['metrics', '_timescaledb_internal'];
    const schema = await plan({ kind: 'schemas', schemas, aliases: [] });
    expect(schema.tables.map(({ name }) => name)).toEqual(['hosts']);
    expect(said(schema)).toEqual([
      ['unmatched-pattern', 'warning', '_timescaledb_internal'],
      ['inherited-table', 'warning', 'source.tables: schemas'],
    ]);
  });

  it('refuses what logical replication does not carry', async () => {
    await up.sudo(
      'CREATE FOREIGN DATA WRAPPER nothing',
      'CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing',
      'CREATE FOREIGN TABLE far (id int) SERVER elsewhere',
    );
    await up.run(
      'CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY)',
      'CREATE VIEW looks AS SELECT 1 AS one',
      'CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one',
    );
    const of = await plan(['scratch', 'looks', 'kept', 'far', 'pg_catalog.pg_class']);
    const refused = of.findings.filter(({ code }) => code === 'not-a-table');
    expect(
      refused.map(({ severity, sentence }) => [
        severity,
        sentence.replace(', which logical replication does not carry', ''),
      ]),
    ).toEqual([
      ['blocking', 'public.scratch is unlogged'],
      ['blocking', 'public.looks is a view'],
      ['blocking', 'public.kept is a materialized view'],
      ['blocking', 'public.far is a foreign table'],
      ['blocking', 'pg_catalog.pg_class is of the system'],
    ]);
  });

  it('refuses a schema that the login may not pass on, and Postgres only warns of it', async () => {
    await up.sudo('CREATE SCHEMA lent', 'GRANT USAGE, CREATE ON SCHEMA lent TO owner');
    await up.run('CREATE TABLE lent.thing (id int PRIMARY KEY)');
    const of = await plan(['lent.thing']);
    expect(said(of)).toEqual([['schema-usage', 'blocking', 'schema lent']]);
    const grant = found(of, 'schema-usage')?.fix?.split(' -- ')[0] ?? '';
    await up.client.query(grant);
    expect(up.client.notices.map(({ code }) => code)).toContain('01007');
    expect(said(await plan(['lent.thing']))).toEqual([['schema-usage', 'blocking', 'schema lent']]);
    await up.sudo(grant);
    expect(said(await plan(['lent.thing']))).toEqual([]);
  });

  it('refuses a login whose sessions are read-only', async () => {
    await up.sudo('ALTER ROLE owner SET default_transaction_read_only = on');
    expect(said(await plan(['plain']))).toEqual([['read-only-login', 'blocking', 'role owner']]);
    await up.sudo('ALTER ROLE owner RESET default_transaction_read_only');
  });

  if (version === 18) {
    it('refuses a virtual column', async () => {
      await up.run(
        'CREATE TABLE half (id int PRIMARY KEY, price int, total int GENERATED ALWAYS AS (price / 2) VIRTUAL)',
      );
      expect(said(await plan(['half']))).toEqual([['generated-columns', 'blocking', 'public.half']]);
      await up.run('CREATE PUBLICATION try FOR TABLE half WITH (publish_generated_columns = stored)');
      await expect(harmed('half', 'price')).resolves.toBe('42P10');
    });
  }

  /** The answer to the application's UPDATE with replica identity full, which is taken back. */
  async function harmed(table: string, column = 'id'): Promise<string | null> {
    const writer = await up.session();
    await writer.query(`BEGIN; ALTER TABLE ${table} REPLICA IDENTITY FULL`);
    const answer = await writer.query(`UPDATE ${table} SET ${column} = ${column}`).then(
      () => null,
      (error: { code?: string }) => error.code ?? 'none',
    );
    await writer.end();
    return answer;
  }
});
