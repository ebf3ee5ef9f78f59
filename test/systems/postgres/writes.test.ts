import { Client } from 'pg';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { causeOf, writesBack } from '../../../src/core/objects/replica-identity/harm/refused';
import { createPublication } from '../../../src/core/objects/publication/statements';
import { replicaIdentityFull } from '../../../src/core/objects/replica-identity/statements';
import { connectSource, readWrites } from '../../../src/systems/postgres';
import { changeProven } from '../../../src/systems/postgres/writes';
import type { SqlClient } from '../../../src/systems/sql-client';

const OPTIONS = { connectTimeoutMs: 10_000, deadlineMs: 20_000 };
const t = (name: string) => ({ schema: 'public', name });

describe.each([14, 18] as const)('on PostgreSQL %d', (version) => {
  let server: PostgresServer;
  let admin: Client;
  let client: SqlClient;

  const connect = (url: string) => connectSource({ url, tls: { mode: 'disable', ca: null } }, OPTIONS);
  const refusedIn = async (...names: string[]) => {
    const { refused } = await readWrites(client, names.map(t));
    return refused.map(({ name, operation, code }) => `${operation} ${name} ${code}`);
  };
  /** What the application is told when it writes. */
  const attempt = async (statement: string) =>
    admin.query(`BEGIN; ${statement}; ROLLBACK`).then(
      () => 'fine',
      async (error: { code: string }) => {
        await admin.query('ROLLBACK');
        return error.code;
      },
    );

  beforeAll(async () => {
    server = await startPostgres({ version, settings: { wal_level: 'logical' } });
    admin = new Client({ connectionString: server.superuserUrl });
    await admin.connect();
    await admin.query(`
      CREATE ROLE app LOGIN PASSWORD 'app'; GRANT ALL ON SCHEMA public TO app;
      CREATE TABLE plain (id int PRIMARY KEY, note text);
      CREATE TABLE keyless (note text);
      CREATE TABLE identity_only (id int GENERATED ALWAYS AS IDENTITY);
      CREATE TABLE columnless ();
      CREATE TABLE payment (id int PRIMARY KEY, amount numeric);
      CREATE TABLE card_payment (card text) INHERITS (payment);
      CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);
      CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      CREATE TABLE computed (id int PRIMARY KEY, price numeric, total numeric GENERATED ALWAYS AS (price * 2) STORED);
      CREATE TABLE "Quo""te' $n2m$" ("sel'ect" int PRIMARY KEY);
      INSERT INTO keyless VALUES ('x'); INSERT INTO card_payment VALUES (1, 1, 'x');
      INSERT INTO events VALUES (1, '2026-01-02');`);
    client = await connect(server.superuserUrl);
  });
  afterAll(async () => {
    await client?.close();
    await admin?.end();
    await server?.stop();
  });
  afterEach(() => admin.query('DROP PUBLICATION IF EXISTS ours; DROP PUBLICATION IF EXISTS theirs'));

  it('finds nothing where all writes work, whatever the columns and names', async () => {
    await admin.query(`CREATE PUBLICATION ours FOR TABLE plain, identity_only, computed, "Quo""te' $n2m$"`);
    await admin.query(`ALTER TABLE identity_only REPLICA IDENTITY FULL`);
    const names = ['plain', 'identity_only', 'columnless', 'payment', 'computed', `Quo"te' $n2m$`];
    expect(await readWrites(client, names.map(t))).toEqual({
      ...{ refused: [], refusedCount: 0, untold: [], untoldCount: 0 },
    });
  });

  it('finds what the server refuses, also for partitions and for what inherits', async () => {
    await admin.query('CREATE PUBLICATION ours FOR TABLE keyless, payment, events');
    expect(await refusedIn('keyless')).toEqual(['UPDATE keyless 55000', 'DELETE keyless 55000']);
    expect(await attempt('UPDATE keyless SET note = note')).toBe('55000');
    expect(await refusedIn('payment')).toEqual(['UPDATE card_payment 55000', 'DELETE card_payment 55000']);
    expect(await attempt('UPDATE card_payment SET card = card')).toBe('55000');
    expect(await refusedIn('events')).toEqual(['UPDATE events_1 55000', 'DELETE events_1 55000']);
    expect(await attempt('DELETE FROM events')).toBe('55000');
  });

  it('says who publishes the table, and the statement that gives the writes back', async () => {
    await admin.query('CREATE PUBLICATION theirs FOR TABLE ONLY keyless');
    const [first] = (await readWrites(client, [t('keyless')])).refused;
    expect(first && causeOf(first)).toBe('it is published by publication theirs and has no replica identity');
    await admin.query(first ? writesBack(first) : '');
    expect(await refusedIn('keyless')).toEqual([]);
    await admin.query('ALTER TABLE keyless REPLICA IDENTITY DEFAULT');
  });

  it('undoes a change after which the application would be refused', async () => {
    const change = () => changeProven(client, [createPublication('ours', [t('keyless')])], [t('keyless')], []);
    await expect(change()).rejects.toThrow(
      'UPDATE and DELETE of public.keyless would be refused: it is published by publication ours and has no replica identity: nothing was changed',
    );
    const { rows } = await admin.query('SELECT pubname FROM pg_publication');
    expect(rows).toEqual([]);
    expect(await attempt('UPDATE keyless SET note = note')).toBe('fine');
  });

  it('lets pass what was refused before', async () => {
    await admin.query('CREATE PUBLICATION theirs FOR TABLE keyless');
    const before = (await readWrites(client, [t('keyless')])).refused;
    await changeProven(
      client,
      [createPublication('ours', [t('keyless'), t('plain')])],
      [t('keyless'), t('plain')],
      before,
    );
    expect((await admin.query('SELECT pubname FROM pg_publication ORDER BY 1')).rows).toHaveLength(2);
  });

  it('does not wait for a table that somebody has locked, and leaves no lock, no transaction id and no row changed', async () => {
    const other = new Client({ connectionString: server.superuserUrl });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE plain IN ACCESS EXCLUSIVE MODE');
    const { untold, refused } = await readWrites(client, [t('plain'), t('payment')]);
    expect(untold).toEqual(['UPDATE', 'DELETE'].map((operation) => ({ ...t('plain'), operation, code: '55P03' })));
    expect(refused).toEqual([]);
    await other.query('ROLLBACK');
    await other.end();
    const [{ xid }] = (await client.query<{ xid: string | null }>(
      'SELECT txid_current_if_assigned()::text AS xid',
    )) as [{ xid: string | null }];
    expect(xid).toBeNull();
  });

  it('runs no code of somebody who could not act as us, and says that it could not tell', async () => {
    const app = new Client({ connectionString: server.superuserUrl.replace(/\/\/[^@]+@/, '//app:app@') });
    await app.connect();
    await app.query(`
      CREATE TABLE public.ran (by text);
      CREATE FUNCTION public.note(int) RETURNS int LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO public.ran VALUES (current_user); RETURN 1; END $$;
      CREATE FUNCTION public.spy(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT public.note($1)';
      CREATE TABLE public.trapped (id int PRIMARY KEY);
      CREATE INDEX ON public.trapped (id) WHERE public.spy(1) = id;
      DELETE FROM public.ran;`);
    const proof = await readWrites(client, [t('trapped'), t('plain')]);
    expect((await app.query('SELECT by FROM public.ran')).rows).toEqual([]);
    expect(proof.untold.map(({ name, code }) => `${name} ${code}`)).toEqual(['trapped N2M02', 'trapped N2M02']);
    // The same as the owner of that code is proven: what runs could run anyway.
    const own = await connect(server.superuserUrl.replace(/\/\/[^@]+@/, '//app:app@'));
    expect((await readWrites(own, [t('trapped')])).untold).toEqual([]);
    await own.close();
    await app.end();
  });

  if (version === 18) {
    it('finds columns that a publication leaves out of a full identity', async () => {
      await admin.query(`${replicaIdentityFull(t('computed'))}; CREATE PUBLICATION theirs FOR TABLE computed`);
      const [first] = (await readWrites(client, [t('computed')])).refused;
      expect(first).toMatchObject({ code: '42P10', virtual: false });
      expect(first && writesBack(first)).toBe('ALTER PUBLICATION "theirs" SET (publish_generated_columns = stored);');
      expect(await attempt('UPDATE computed SET price = 1')).toBe('42P10');
      await admin.query(first ? writesBack(first) : '');
      expect(await refusedIn('computed')).toEqual([]);
      await admin.query(
        `ALTER PUBLICATION theirs SET TABLE plain (id), ONLY computed; ${replicaIdentityFull(t('plain'))}`,
      );
      const [listed] = (await readWrites(client, [t('plain')])).refused;
      expect(listed && causeOf(listed)).toBe(
        'its replica identity has columns that are left out by publication theirs',
      );
      await admin.query(listed ? writesBack(listed) : '');
      expect(await refusedIn('plain')).toEqual([]);
      await admin.query('ALTER TABLE plain REPLICA IDENTITY DEFAULT; ALTER TABLE computed REPLICA IDENTITY DEFAULT');
    });

    it('names a virtual column, which nothing publishes', async () => {
      await admin.query(`CREATE TABLE derived (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2));
        CREATE PUBLICATION theirs FOR TABLE derived WITH (publish_generated_columns = stored)`);
      const change = () => changeProven(client, [replicaIdentityFull(t('derived'))], [t('derived')], []);
      await expect(change()).rejects.toThrow('a virtual column, which nothing publishes');
      expect(await refusedIn('derived')).toEqual([]);
    });
  }
});
