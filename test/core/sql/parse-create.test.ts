import { createConnection } from '../../../src/core/objects/connection/statements';
import { createSource } from '../../../src/core/objects/source/statements';
import type { ItemName } from '../../../src/core/sql/items';
import { parseChild, parseConnection, parseSource } from '../../../src/core/sql/parse-create';

/** Texts of a real Materialize v26.9. */
const ONE_LINE = `CREATE CONNECTION "materialize"."shop"."pg" TO POSTGRES (DATABASE = 'postgres', HOST = '127.0.0.1', PASSWORD = SECRET [u1 AS "materialize"."shop"."pgpass"], PORT = 5617, SSL MODE = 'disable', USER = 'mzr')`;
const PRETTY = `CREATE CONNECTION materialize.shop.pg
TO POSTGRES
    (
        DATABASE = 'postgres',
        HOST = '127.0.0.1',
        PASSWORD = SECRET materialize.shop.pgpass,
        PORT = 5617,
        SSL MODE = 'disable',
        USER = 'mzr'
    );`;
const DETAILS = `DETAILS = '122c6d6174'`;
const SOURCE = `CREATE SOURCE "materialize"."shop"."mz_src" IN CLUSTER [u8] FROM POSTGRES CONNECTION [u12 AS "materialize"."shop"."pg"] (PUBLICATION = 'mz_source', ${DETAILS}) EXPOSE PROGRESS AS [u14 AS "materialize"."shop"."mz_src_progress"]`;
const SUBSOURCE = `CREATE SUBSOURCE "materialize"."shop"."Mixed Case" ("id" [s20 AS "pg_catalog"."int4"] NOT NULL, "v" [s46 AS "pg_catalog"."text"], CONSTRAINT "Mixed Case_pkey" PRIMARY KEY ("id")) OF SOURCE [u15 AS "materialize"."shop"."mz_src"] WITH (EXTERNAL REFERENCE = "postgres"."public"."Mixed Case", TEXT COLUMNS = ("a", "B,c"), ${DETAILS})`;
const TABLE = `CREATE TABLE
    materialize.shop.n_orders
        (
            id pg_catalog.int8 NOT NULL,
            total pg_catalog.numeric(12, 2),
            CONSTRAINT orders_pkey PRIMARY KEY (id)
        )
FROM SOURCE materialize.shop.new_src (REFERENCE = postgres.public.Orders)
WITH (
    TEXT COLUMNS = (mood),
    EXCLUDE COLUMNS = ("Secret"),
    DETAILS = '0ab0'
);`;

describe('connections', () => {
  const expected = {
    host: '127.0.0.1',
    port: 5617,
    user: 'mzr',
    database: 'postgres',
    sslMode: 'disable',
    passwordSecret: 'materialize.shop.pgpass',
    certificateAuthority: null,
  };

  it.each([
    ['on one line', ONE_LINE],
    ['over several lines', PRETTY],
    ['in the older spelling', ONE_LINE.replace(' TO POSTGRES', ' FOR POSTGRES')],
    ['without equals signs', ONE_LINE.replaceAll(' = ', ' ')],
  ])('are read %s', (_how, text) => {
    expect(parseConnection(text)).toEqual(expected);
  });

  it('are read with the defaults of what is not said', () => {
    const text = `CREATE CONNECTION c TO POSTGRES (HOST = 'h', DATABASE = 'd', USER = SECRET [u2 AS "m"."p"."u"])`;
    expect(parseConnection(text)).toEqual({
      host: 'h',
      port: 5432,
      user: '',
      database: 'd',
      sslMode: 'disable',
      passwordSecret: null,
      certificateAuthority: null,
    });
  });

  it.each([
    ['verify_full', 'verify-full'],
    ['verify-full', 'verify-full'],
    ['VERIFY_CA', 'verify-ca'],
    ['required', 'require'],
    ['require', 'require'],
  ])('SSL MODE %s is %s', (written, read) => {
    expect(parseConnection(ONE_LINE.replace('disable', written)).sslMode).toBe(read);
  });

  it('are read back as they were built, whatever stands in the values', () => {
    const item = (name: string): ItemName => ({ database: 'materialize', schema: 'Odd, (schema)', name });
    const ca = '-----BEGIN CERTIFICATE-----\nabc=\n-----END CERTIFICATE-----\n';
    const options = {
      host: `o'host, PORT = 1`,
      port: 6543,
      user: `us)er`,
      database: 'da"ta',
      passwordSecret: item('p"w'),
      sslMode: 'verify-full',
      certificateAuthority: ca,
    } as const;
    expect(parseConnection(createConnection(item('c'), options))).toEqual({
      ...options,
      passwordSecret: 'materialize.Odd, (schema).p"w',
    });
  });

  it('name the secret an authority is in, and do not take a client certificate for it', () => {
    const secret = ONE_LINE.replace(`SSL MODE = 'disable'`, `SSL CERTIFICATE AUTHORITY = SECRET [u9 AS "m"."s"."ca"]`);
    expect(parseConnection(secret).certificateAuthority).toBe('SECRET m.s.ca');
    const client = ONE_LINE.replace(`SSL MODE = 'disable'`, `SSL CERTIFICATE = 'pem', SSL KEY = SECRET [u3 AS "k"]`);
    expect(parseConnection(client).certificateAuthority).toBeNull();
  });
});

describe('sources', () => {
  it('tell publication and progress', () => {
    expect(parseSource(SOURCE)).toEqual({
      publication: 'mz_source',
      textColumns: [],
      excludeColumns: [],
      exposesProgress: true,
    });
    expect(parseSource(SOURCE.replace(/ EXPOSE.*/, '')).exposesProgress).toBe(false);
  });

  it('tell their columns, as written', () => {
    const text = SOURCE.replace(
      DETAILS,
      `TEXT COLUMNS = ("public"."e"."m", e2.M, db."S".t.c), EXCLUDE COLUMNS = [a.b], ${DETAILS}`,
    );
    expect(parseSource(text)).toMatchObject({
      textColumns: [
        ['public', 'e', 'm'],
        ['e2', 'm'],
        ['db', 'S', 't', 'c'],
      ],
      excludeColumns: [['a', 'b']],
    });
  });

  it('are read back as they were built', () => {
    const item = (name: string): ItemName => ({ database: 'm', schema: 's', name });
    const built = createSource({
      name: item('EXPOSE PROGRESS'),
      cluster: 'FROM POSTGRES (',
      connection: item('c (PUBLICATION'),
      publication: `p, 'x`,
      tables: [{ upstream: { schema: 'a', name: 'b' }, target: item('t') }],
      textColumns: [{ schema: 'a', table: 'b', column: 'c, d' }],
      excludeColumns: [],
      progress: null,
    });
    expect(parseSource(built)).toEqual({
      publication: `p, 'x`,
      textColumns: [['a', 'b', 'c, d']],
      excludeColumns: [],
      exposesProgress: false,
    });
  });
});

describe('tables of a source', () => {
  it('subsources tell their reference and columns', () => {
    expect(parseChild(SUBSOURCE)).toEqual({
      upstream: { schema: 'public', name: 'Mixed Case' },
      textColumns: ['a', 'B,c'],
      excludeColumns: [],
      excludeConstraints: [],
    });
  });

  it('source tables, too, in the pretty form, where bare names fold', () => {
    expect(parseChild(TABLE)).toEqual({
      upstream: { schema: 'public', name: 'orders' },
      textColumns: ['mood'],
      excludeColumns: ['Secret'],
      excludeConstraints: [],
    });
  });

  it.each([
    [`WITH (EXCLUDE CONSTRAINTS = ('Orders''s key', 'b'), DETAILS = '0a')`, [`Orders's key`, 'b']],
    [`WITH (TEXT COLUMNS (a), EXCLUDE CONSTRAINTS ('t_pkey'))`, ['t_pkey']],
    ['WITH (EXCLUDE CONSTRAINTS ())', []],
    ['WITH (EXCLUDE ALL CONSTRAINTS)', 'all'],
    [`WITH (EXCLUDE ALL CONSTRAINTS = true, DETAILS = '0a')`, 'all'],
    ['WITH (EXCLUDE ALL CONSTRAINTS = false)', []],
  ])('%s', (options, excludeConstraints) => {
    const sql = `CREATE TABLE m.s.t FROM SOURCE m.s.src (REFERENCE = shop.public.orders) ${options}`;
    expect(parseChild(sql)).toMatchObject({ upstream: { schema: 'public', name: 'orders' }, excludeConstraints });
  });

  it('a progress relation has none', () => {
    expect(
      parseChild(`CREATE SUBSOURCE "a" ("lsn" [s70 AS "mz_catalog"."uint8"]) WITH (PROGRESS = true)`).upstream,
    ).toBeNull();
  });
});
