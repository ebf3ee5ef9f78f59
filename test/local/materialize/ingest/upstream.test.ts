import { createServer, type AddressInfo } from 'node:net';
import { Client } from 'pg';
import { MzError, type UpstreamConnection } from '../../../../local/materialize/contract';
import {
  checkSettings,
  connectionError,
  describePublication,
  dropSlot,
  newSlotName,
  selectTables,
  validateConnection,
  validateTables,
  withUpstream,
  type PublicationDescription,
  type TableOptions,
  type TableSelection,
} from '../../../../local/materialize/upstream';
import { createServerCertificate } from '../../../../local/postgres/certificate';
import { startPostgres, type PostgresServer } from '../../../../local/postgres/server';

/** Texts and codes as Materialize answered them, see the transcripts of connections and of refused sources. */
describe('questions to upstream', () => {
  let server: PostgresServer;
  let admin: Client;
  let at: UpstreamConnection;

  const sql = (text: string): Promise<unknown> => admin.query(text);

  beforeAll(async () => {
    server = await startPostgres({ tls: true, settings: { wal_level: 'logical', max_replication_slots: '3' } });
    admin = new Client({ connectionString: server.superuserUrl });
    admin.on('error', () => undefined);
    await admin.connect();
    await sql(`CREATE ROLE mzr LOGIN REPLICATION PASSWORD 'pw'; CREATE TYPE mood AS ENUM ('a', 'b'); CREATE SCHEMA other;
      CREATE SCHEMA third; GRANT USAGE ON SCHEMA third TO mzr;
      CREATE TABLE orders (id int PRIMARY KEY, note text, twice int GENERATED ALWAYS AS (id * 2) STORED);
      CREATE TABLE enumed (id int PRIMARY KEY, m mood); CREATE TABLE secretive (id int PRIMARY KEY);
      CREATE TABLE plain (id int PRIMARY KEY); CREATE TABLE other.hidden (id int); CREATE TABLE third.orders (id int);
      CREATE TABLE rls (id int); ALTER TABLE rls ENABLE ROW LEVEL SECURITY; CREATE TABLE registry (r regclass);
      CREATE TABLE guarded (id int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
      CREATE POLICY p ON guarded USING (true); CREATE TABLE "Mixed Case" ("K" int PRIMARY KEY)`);
    const full = ['orders', 'enumed', 'secretive', 'other.hidden', 'third.orders', 'rls', 'guarded', 'registry'];
    for (const name of [...full, '"Mixed Case"']) await sql(`ALTER TABLE ${name} REPLICA IDENTITY FULL`);
    await sql(`GRANT SELECT ON orders, enumed, plain, rls, guarded, registry, third.orders, "Mixed Case" TO mzr;
      CREATE PUBLICATION p_empty; CREATE PUBLICATION p_good FOR TABLE orders, "Mixed Case", rls;
      CREATE PUBLICATION p_all FOR ALL TABLES`);
    at = {
      host: '127.0.0.1',
      port: server.port,
      user: 'mzr',
      password: 'pw',
      database: 'postgres',
      sslMode: 'require',
      certificateAuthority: null,
    };
  });
  afterAll(async () => {
    await admin?.end();
    await server?.stop();
  });

  const asked = <T>(use: (client: Client) => Promise<T>, of = at) => withUpstream(of, connectionError, use);
  const settingsFor = (of: UpstreamConnection) => asked((client) => checkSettings(client, 'XX000'), of);
  const published = (publication: string, of = at, only?: string[]) =>
    asked((client) => describePublication(client, { database: of.database, publication, only }), of);

  const refusal = async (work: Promise<unknown>): Promise<object> => {
    const error: unknown = await work.then(
      () => new Error('not refused'),
      (e: unknown) => e,
    );
    if (!(error instanceof MzError)) throw error;
    return { code: error.code, message: error.message, ...error.extra };
  };

  async function freePort(): Promise<number> {
    const listener = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => listener.once('listening', resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    return port;
  }

  test.each([
    ['password', { password: 'wrong' }, 'db error: FATAL: password authentication failed for user "mzr"'],
    ['database', { database: 'nodb' }, 'db error: FATAL: database "nodb" does not exist'],
    [
      'host',
      { host: 'no-such-host.invalid' },
      expect.stringMatching(
        /^failed to lookup address information: (Name or service not known|Temporary failure)/,
      ) as string,
    ],
  ])('a wrong %s is told in words of Materialize', async (_, change: Partial<UpstreamConnection>, message: string) => {
    expect(await refusal(validateConnection({ ...at, ...change }))).toEqual({ code: '58000', message });
  });

  test('nobody listening, and how CREATE SOURCE says it', async () => {
    const nobody = { ...at, port: await freePort() };
    const message = 'error connecting to server: Connection refused (os error 111)';
    expect(await refusal(validateConnection(nobody))).toEqual({ code: '58000', message });
    const wrapped = { code: 'XX000', message: 'failed to connect to PostgreSQL database', detail: message };
    expect(await refusal(settingsFor(nobody))).toEqual(wrapped);
    expect(await refusal(published('p_good', nobody))).toEqual(wrapped);
  });

  test('TLS: require takes any certificate, the verify modes only what the given authority signed', async () => {
    await validateConnection(at);
    await validateConnection({ ...at, sslMode: 'verify_full', certificateAuthority: server.caPem });
    await validateConnection({ ...at, sslMode: 'verify_ca', certificateAuthority: server.caPem });
    const failed = /^error performing TLS handshake: .*certificate verify failed/;
    const stranger = createServerCertificate().caPem;
    for (const certificateAuthority of [null, stranger]) {
      for (const sslMode of ['verify_ca', 'verify_full'] as const) {
        const answer = refusal(validateConnection({ ...at, sslMode, certificateAuthority }));
        expect(await answer).toEqual({ code: '58000', message: expect.stringMatching(failed) as string });
      }
    }
  });

  test('TLS: a server without it refuses require', async () => {
    const plain = await startPostgres();
    try {
      const answer = await refusal(validateConnection({ ...at, port: plain.port }));
      expect(answer).toEqual({
        code: '58000',
        message: 'error performing TLS handshake: server does not support TLS',
      });
    } finally {
      await plain.stop();
    }
  });

  test('server settings: wal_level and two free slots', async () => {
    const message = 'PostgreSQL server has insufficient number of replication slots available';
    for (const slot of ['one', 'two']) await sql(`SELECT pg_create_physical_replication_slot('${slot}')`);
    expect(await refusal(validateConnection(at))).toEqual({ code: '58000', message });
    expect(await refusal(settingsFor(at))).toEqual({ code: 'XX000', message });
    for (const slot of ['one', 'two']) await sql(`SELECT pg_drop_replication_slot('${slot}')`);
    const replica = await startPostgres({ tls: true, settings: { wal_level: 'replica' } });
    try {
      const password = new URL(replica.superuserUrl).password;
      const user = new URL(replica.superuserUrl).username;
      const answer = await refusal(
        validateConnection({ ...at, port: replica.port, user, password, sslMode: 'disable' }),
      );
      expect(answer).toEqual({
        code: '58000',
        message: 'server must have wal_level >= logical, but has replica',
      });
    } finally {
      await replica.stop();
    }
  });

  test('a publication that is missing, or empty', async () => {
    expect(await refusal(published('nope'))).toEqual({
      code: 'XX000',
      message: 'failed to connect to PostgreSQL database',
      detail: 'publication nope does not exist',
    });
    expect(await refusal(published('p_empty'))).toEqual({
      code: 'XX000',
      message: 'POSTGRES source validation: PUBLICATION p_empty is empty',
    });
  });

  test('a table is described with its keys and without generated columns', async () => {
    const { tables, database } = await published('p_good');
    const [row] = (await admin.query<{ oid: number }>("SELECT 'orders'::regclass::oid AS oid")).rows;
    expect(database).toBe('postgres');
    expect(tables.find(({ name }) => name === 'orders')).toEqual({
      oid: row!.oid,
      schema: 'public',
      name: 'orders',
      columns: [
        { name: 'id', attnum: 1, typeOid: 23, typeMod: -1, nullable: false, asText: false },
        { name: 'note', attnum: 2, typeOid: 25, typeMod: -1, nullable: true, asText: false },
      ],
      keys: [{ name: 'orders_pkey', isPrimary: true, columns: ['id'] }],
    });
  });

  test('of many tables those of one name, without the rest', async () => {
    const names = ({ tables }: PublicationDescription) => tables.map(({ schema, name }) => `${schema}.${name}`);
    expect(names(await published('p_all', at, ['orders']))).toEqual(['public.orders', 'third.orders']);
    expect(names(await published('p_good', at, ['nowhere']))).toEqual([]);
    expect(await refusal(published('p_empty', at, ['orders']))).toMatchObject({
      message: 'POSTGRES source validation: PUBLICATION p_empty is empty',
    });
  });

  const select = async (selection: TableSelection): Promise<string[][]> =>
    selectTables(await published('p_all'), selection, ['shop', 'src']).map(({ name }) => name);
  const tables = (...list: [string[], string[]?][]): TableSelection => ({
    type: 'tables',
    tables: list.map(([reference, alias]) => ({ reference, alias })),
  });

  test('tables land beside the source, under their own names or their aliases', async () => {
    expect(await select(tables([['plain']], [['public', 'orders'], ['o']], [['rls'], ['a', 'r']]))).toEqual([
      ['shop', 'plain'],
      ['shop', 'o'],
      ['a', 'r'],
    ]);
    expect(await select({ type: 'schemas', schemas: ['other'] })).toEqual([['shop', 'hidden']]);
  });

  test.each<[string, TableSelection, string, string | null]>([
    ['unknown', tables([['public', 'nosuch']]), 'reference to public.nosuch not found in source', null],
    [
      'ambiguous',
      tables([['orders']]),
      'reference orders is ambiguous, consider specifying an additional layer of qualification',
      null,
    ],
    [
      'schema',
      { type: 'schemas', schemas: ['dne'] },
      'no tables found in referenced schemas: "dne"',
      'missing schemas: "dne"',
    ],
    [
      'one name',
      { type: 'all' },
      'multiple subsources would be named shop.orders',
      'referenced tables with duplicate name: postgres.public.orders, postgres.third.orders',
    ],
    [
      'one table',
      tables(
        [
          ['public', 'orders'],
          ['shop', 'a'],
        ],
        [
          ['public', 'orders'],
          ['shop', 'b'],
        ],
      ),
      'multiple subsources refer to table postgres.public.orders',
      'subsources referencing table: shop.a, shop.b',
    ],
  ])('names refused: %s', async (_, selection, message, detail) => {
    expect(await refusal(select(selection))).toEqual({
      code: 'XX000',
      message,
      ...(detail === null ? {} : { detail }),
    });
  });

  async function validate(names: string[], options: TableOptions = {}): Promise<string[]> {
    const all = await published('p_all');
    const chosen = all.tables.filter((table) => names.includes(`${table.schema}.${table.name}`));
    expect(chosen).toHaveLength(names.length);
    const checked = await asked((client) => validateTables(client, all, chosen, options));
    return checked.flatMap(({ columns }) => columns.map(({ name, asText }) => (asText ? `${name} as text` : name)));
  }

  test('tables that pass: text columns are marked, excluded ones left out, row security without policy is no matter', async () => {
    const textColumns = [['public', 'enumed', 'm']];
    expect(await validate(['public.enumed', 'public.rls'], { textColumns })).toEqual(['id', 'm as text', 'id']);
    expect(await validate(['public.orders'], { excludeColumns: [['public', 'orders', 'note']] })).toEqual(['id']);
  });

  const everything = ['other.hidden', 'public.secretive', 'public.guarded', 'public.plain', 'public.enumed'];
  const prefix = 'POSTGRES source validation: ';
  test('the first failing category is told, in the order of Materialize', async () => {
    expect(await refusal(validate(everything))).toEqual({
      code: 'XX000',
      message: `${prefix}insufficient privileges`,
      detail: 'user lacks USAGE privileges for schemas other',
    });
    expect(await refusal(validate(everything.slice(1)))).toEqual({
      code: 'XX000',
      message: `${prefix}insufficient privileges`,
      detail: 'user lacks SELECT privileges for tables public.secretive',
    });
    expect(await refusal(validate(everything.slice(2)))).toEqual({
      code: 'XX000',
      message: `${prefix}one or more tables requires BYPASSRLS`,
      detail: 'user must have BYPASSRLS attribute to read tables public.guarded',
      hint: 'Add the BYPASSRLS attribute to the Materialize user',
    });
    expect(await refusal(validate(everything.slice(3)))).toEqual({
      code: 'XX000',
      message: `${prefix}referenced items not tables with REPLICA IDENTITY FULL`,
      detail: 'referenced items: public.plain',
    });
    const [row] = (await admin.query<{ oid: number }>("SELECT 'mood'::regtype::oid AS oid")).rows;
    expect(await refusal(validate(everything.slice(4)))).toEqual({
      code: 'XX000',
      message: `${prefix}referenced tables use unsupported types`,
      detail: `the following columns contain unsupported types:\npostgres.public.enumed.m (OID ${row!.oid})`,
      hint: 'Use the TEXT COLUMNS option naming the listed columns, and Materialize can ingest their values as text.',
    });
  });

  test.each<[string, string, TableOptions, string, string | null]>([
    [
      'column unknown',
      'public.enumed',
      { textColumns: [['public', 'enumed', 'x']] },
      'invalid TEXT COLUMNS option value: column "enumed.x" does not exist',
      null,
    ],
    [
      'column alone',
      'public.enumed',
      { textColumns: [['m']] },
      "invalid TEXT COLUMNS option value: column name 'm' must have at least a table qualification",
      null,
    ],
    [
      'another table',
      'public.rls',
      { textColumns: [['public', 'enumed', 'm']] },
      `${prefix}TEXT COLUMNS refers to table not currently being added`,
      'the following tables are referenced but not added: postgres.public.enumed',
    ],
    [
      'a reg type',
      'public.registry',
      {},
      'table registry contains column r of type regclass which Materialize cannot currently ingest',
      null,
    ],
  ])('columns refused: %s', async (_, name, options, message, detail) => {
    expect(await refusal(validate([name], options))).toEqual({
      code: 'XX000',
      message,
      ...(detail === null ? {} : { detail }),
    });
  });

  test('dropping a slot: gone is gone, and an unreachable server is given up on', async () => {
    const slot = newSlotName();
    expect(slot).toMatch(/^materialize_[0-9a-f]{32}$/);
    await sql(`SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
    expect(await dropSlot(at, slot)).toBe(true);
    expect(await dropSlot(at, slot)).toBe(true);
    expect((await admin.query('SELECT 1 FROM pg_replication_slots')).rows).toEqual([]);
    expect(await dropSlot({ ...at, password: 'wrong' }, slot, 100)).toBe(false);
  });
});
