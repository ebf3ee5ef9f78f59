import { MzError } from '../../../../local/materialize/contract';
import { parseStatement } from '../../../../local/materialize/sql/parse';
import { splitStatements } from '../../../../local/materialize/sql/tokens';

const parse = (sql: string) => {
  const [statement] = splitStatements(sql);
  if (statement === undefined) throw new Error('no statement');
  return parseStatement(sql, statement);
};

const refusalOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof MzError) return { code: error.code, message: error.message, position: error.extra.position };
    throw error;
  }
  throw new Error('was not refused');
};

const refusal = (sql: string) => refusalOf(() => parse(sql));

describe('clusters', () => {
  const options = [
    { name: 'SIZE', value: { type: 'string', text: '50cc' } },
    { name: 'REPLICATION FACTOR', value: { type: 'number', text: '0' } },
  ];

  it.each([
    "CREATE CLUSTER c (SIZE = '50cc', REPLICATION FACTOR = 0)",
    "create cluster C size '50cc', replication factor 0;",
    "/* a /* nested */ comment */ CREATE CLUSTER c -- and another\n (SIZE '50cc', REPLICATION FACTOR 0)",
  ])('reads %s', (sql) => {
    expect(parse(sql)).toEqual({ kind: 'createCluster', name: 'c', options });
  });

  it('keeps the case and the quotes of a quoted name', () => {
    expect(parse(`CREATE CLUSTER "Odd ""name""" (SIZE = '50cc')`)).toMatchObject({ name: 'Odd "name"' });
  });

  it('reads SET with WAIT', () => {
    const sql = "ALTER CLUSTER c SET (SIZE '25cc') WITH (WAIT UNTIL READY (TIMEOUT = '20s', ON TIMEOUT = 'ROLLBACK'))";
    expect(parse(sql)).toMatchObject({
      kind: 'alter',
      object: 'CLUSTER',
      name: ['c'],
      action: { type: 'set', options: [options[0] && { ...options[0], value: { type: 'string', text: '25cc' } }] },
    });
    expect(parse("ALTER CLUSTER IF EXISTS c SET (SIZE '25cc')")).toMatchObject({ ifExists: true });
    expect(parse('ALTER CLUSTER c RESET (REPLICATION FACTOR)')).toMatchObject({
      action: { type: 'reset', names: ['REPLICATION FACTOR'] },
    });
  });
});

describe('secrets and connections', () => {
  it('keeps the expression of a secret as text', () => {
    expect(parse("CREATE SECRET IF NOT EXISTS shop.p AS decode('YQ==', 'base64')")).toEqual({
      kind: 'createSecret',
      name: ['shop', 'p'],
      ifNotExists: true,
      value: { sql: "decode('YQ==', 'base64')" },
    });
    expect(parse("ALTER SECRET p AS E'\\\\x'")).toMatchObject({
      action: { type: 'secret', value: { sql: "E'\\\\x'" } },
    });
  });

  it('reads the options of a connection, with and without equals signs', () => {
    const sql = `CREATE CONNECTION shop.pg TO POSTGRES (HOST 'h', PORT = 5432, USER SECRET u, PASSWORD SECRET shop.p,
      SSL MODE = 'require', SSL CERTIFICATE AUTHORITY 'pem', DATABASE 'd') WITH (VALIDATE = false)`;
    expect(parse(sql)).toEqual({
      kind: 'createConnection',
      name: ['shop', 'pg'],
      ifNotExists: false,
      connector: 'POSTGRES',
      options: [
        { name: 'HOST', value: { type: 'string', text: 'h' } },
        { name: 'PORT', value: { type: 'number', text: '5432' } },
        { name: 'USER', value: { type: 'secret', name: ['u'] } },
        { name: 'PASSWORD', value: { type: 'secret', name: ['shop', 'p'] } },
        { name: 'SSL MODE', value: { type: 'string', text: 'require' } },
        { name: 'SSL CERTIFICATE AUTHORITY', value: { type: 'string', text: 'pem' } },
        { name: 'DATABASE', value: { type: 'string', text: 'd' } },
      ],
      with: [{ name: 'VALIDATE', value: { type: 'boolean', value: false } }],
    });
    expect(parse("CREATE CONNECTION pg FOR POSTGRES HOST 'h', USER 'u'")).toMatchObject({
      options: [{ name: 'HOST' }, { name: 'USER' }],
    });
  });

  it('reads several changes of a connection', () => {
    expect(
      parse('ALTER CONNECTION c SET (PORT 1), DROP (SSL KEY), RESET (PASSWORD) WITH (VALIDATE false)'),
    ).toMatchObject({
      action: {
        changes: [
          { type: 'set', option: { name: 'PORT' } },
          { type: 'drop', name: 'SSL KEY' },
          { type: 'drop', name: 'PASSWORD' },
        ],
        with: [{ name: 'VALIDATE' }],
      },
    });
    expect(parse('VALIDATE CONNECTION shop.pg')).toEqual({ kind: 'validateConnection', name: ['shop', 'pg'] });
  });
});

describe('sources', () => {
  const base = 'CREATE SOURCE s IN CLUSTER c FROM POSTGRES CONNECTION pg';

  it('reads tables with aliases, columns as text and the progress relation', () => {
    const sql = `CREATE SOURCE IF NOT EXISTS shop.src IN CLUSTER ing FROM POSTGRES CONNECTION shop.pg
      (PUBLICATION 'p', TEXT COLUMNS (public.t.a, t.b), EXCLUDE COLUMNS [public.t.c])
      FOR TABLES (public.t AS shop.t, db.public."Mixed Case" INTO m, u) EXPOSE PROGRESS AS shop.prog`;
    expect(parse(sql)).toEqual({
      kind: 'createSource',
      name: ['shop', 'src'],
      ifNotExists: true,
      cluster: 'ing',
      connection: ['shop', 'pg'],
      options: [
        { name: 'PUBLICATION', value: { type: 'string', text: 'p' } },
        {
          name: 'TEXT COLUMNS',
          value: {
            type: 'names',
            names: [
              ['public', 't', 'a'],
              ['t', 'b'],
            ],
          },
        },
        { name: 'EXCLUDE COLUMNS', value: { type: 'names', names: [['public', 't', 'c']] } },
      ],
      tables: {
        type: 'tables',
        tables: [
          { reference: ['public', 't'], alias: ['shop', 't'] },
          { reference: ['db', 'public', 'Mixed Case'], alias: ['m'] },
          { reference: ['u'], alias: undefined },
        ],
      },
      tablesText: 'FOR TABLES (public.t AS shop.t, db.public."Mixed Case" AS m, u)',
      progress: ['shop', 'prog'],
      with: [],
    });
  });

  it('reads the other FOR clauses and their absence', () => {
    expect(parse(`${base} (PUBLICATION p) FOR ALL TABLES`)).toMatchObject({ tables: { type: 'all' } });
    expect(parse(`${base} (PUBLICATION 'p') FOR SCHEMAS (a, "B")`)).toMatchObject({
      tables: { type: 'schemas', schemas: ['a', 'B'] },
      tablesText: 'FOR SCHEMAS (a, "B")',
    });
    expect(parse(`${base} (PUBLICATION 'p')`)).toMatchObject({ tables: { type: 'none' } });
    expect(parse(`${base} FOR TABLES (t)`)).toMatchObject({ options: [] });
    expect(parse(`${base} (PUBLICATION 'p') WITH (RETAIN HISTORY FOR '1h')`)).toMatchObject({
      with: [{ name: 'RETAIN HISTORY', value: { type: 'string', text: '1h' } }],
    });
  });

  it('reads tables added to a source, and source tables', () => {
    const added = parse('ALTER SOURCE shop.s ADD SUBSOURCE public.t AS shop.t, u WITH (TEXT COLUMNS [t.c])');
    expect(added).toMatchObject({
      action: {
        type: 'addSubsource',
        tables: [{ reference: ['public', 't'], alias: ['shop', 't'] }, { reference: ['u'] }],
        with: [{ name: 'TEXT COLUMNS', value: { names: [['t', 'c']] } }],
      },
    });
    expect(parse('CREATE TABLE IF NOT EXISTS n FROM SOURCE s (REFERENCE = public.t) WITH (TEXT COLUMNS (c))')).toEqual({
      kind: 'createTable',
      name: ['n'],
      ifNotExists: true,
      source: ['s'],
      reference: ['public', 't'],
      columns: undefined,
      with: [{ name: 'TEXT COLUMNS', value: { type: 'names', names: [['c']] } }],
    });
    expect(parse('ALTER SOURCE s DROP SUBSOURCE a, b CASCADE')).toMatchObject({ action: { type: 'dropSubsource' } });
  });

  it('leaves the columns of an ordinary table to the store', () => {
    expect(parse('CREATE TABLE t (a int, b numeric(12, 2) NOT NULL)')).toEqual({
      kind: 'createPlainTable',
      name: ['t'],
      ifNotExists: false,
      columnsSql: 'a int, b numeric(12, 2) NOT NULL',
    });
  });
});

describe('the rest', () => {
  it('reads drops', () => {
    expect(parse('DROP SOURCE IF EXISTS a.b, c CASCADE')).toEqual({
      kind: 'drop',
      object: 'SOURCE',
      ifExists: true,
      names: [['a', 'b'], ['c']],
      cascade: true,
    });
    expect(parse('DROP MATERIALIZED VIEW v RESTRICT')).toMatchObject({ object: 'MATERIALIZED VIEW', cascade: false });
  });

  it('reads comments, views, indexes and grants', () => {
    expect(parse(`COMMENT ON SOURCE shop.s IS '{"a":1}'`)).toMatchObject({ object: 'SOURCE', text: '{"a":1}' });
    expect(parse('COMMENT ON CLUSTER c IS NULL')).toMatchObject({ object: 'CLUSTER', text: null });
    expect(parse('CREATE MATERIALIZED VIEW a.mv IN CLUSTER c AS SELECT (1), 2')).toMatchObject({
      materialized: true,
      cluster: 'c',
      query: 'SELECT (1), 2',
    });
    expect(parse('CREATE INDEX i IN CLUSTER c ON v (lower(a), b)')).toMatchObject({ expressions: ['lower(a)', 'b'] });
    expect(parse('GRANT USAGE, CREATE ON SCHEMA a.b TO r, s')).toEqual({
      kind: 'grant',
      privileges: ['USAGE', 'CREATE'],
      on: { type: 'objects', kind: 'SCHEMA', names: [['a', 'b']] },
      roles: ['r', 's'],
    });
    expect(parse('REVOKE CREATECLUSTER ON SYSTEM FROM r')).toMatchObject({ kind: 'revoke', on: { type: 'system' } });
    expect(parse('ALTER SYSTEM SET max_sources = 3')).toEqual({ kind: 'alterSystem', name: 'max_sources', value: '3' });
  });

  it('tells settings from listings', () => {
    expect(parse('SHOW cluster')).toEqual({ kind: 'show', name: 'cluster' });
    expect(parse("SHOW CLUSTER REPLICAS WHERE cluster = 'c'")).toEqual({ kind: 'showObjects' });
    expect(parse('SET search_path TO a, "B"')).toMatchObject({ name: 'search_path', values: ['a', 'B'], local: false });
    expect(parse('SET LOCAL statement_timeout = 0')).toMatchObject({ local: true });
    expect(parse('SET cluster = DEFAULT')).toMatchObject({ values: 'default' });
    expect(parse('BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY')).toEqual({ kind: 'begin' });
  });

  it('leaves queries alone', () => {
    expect(parse('(SELECT 1)')).toEqual({ kind: 'query', verb: 'SELECT' });
    expect(parse('WITH a AS (SELECT \';\' AS "x;y") SELECT $$;$$ FROM a')).toEqual({ kind: 'query', verb: 'WITH' });
  });

  it('cuts a query string at its semicolons only', () => {
    const texts = splitStatements(`SELECT ';'; ;; SELECT $q$;$q$ -- ;\n; /* ; */ SELECT ";"`).map(({ sql }) => sql);
    expect(texts).toEqual(["SELECT ';'", 'SELECT $q$;$q$', 'SELECT ";"']);
  });
});

describe('syntax errors, as recorded', () => {
  const clusterOptions =
    'AVAILABILITY or DISK or INTROSPECTION or MANAGED or REPLICAS or REPLICATION or SIZE or SCHEDULE or WORKLOAD';

  it.each([
    ["CREATE CLUSTER IF NOT EXISTS c1 (SIZE = '50cc')", `Expected one of ${clusterOptions}, found NOT`, 19],
    ['CREATE CLUSTER c3', `Expected one of ${clusterOptions}, found EOF`, 18],
    ['SELEC 1', 'Expected a keyword at the beginning of a statement, found identifier "selec"', 1],
    [
      "CREATE SOURCE shop.e1 IN CLUSTER ingest FROM POSTGRES CONNECTION shop.pg (PUBLICATION 'p_enum') FOR TABLES (public.enumed) WITH (DETAILS = 'x')",
      'Expected one of TIMESTAMP or RETAIN, found DETAILS',
      130,
    ],
  ])('%s', (sql, message, position) => {
    expect(refusal(sql)).toEqual({ code: '42601', message, position });
  });

  it('counts positions from the start of the whole query string', () => {
    const sql = 'SELECT 1; DROP SECRET a b';
    const second = splitStatements(sql)[1];
    if (second === undefined) throw new Error('two statements');
    expect(refusalOf(() => parseStatement(sql, second))).toEqual({
      code: '42601',
      message: 'Expected end of statement, found identifier "b"',
      position: 25,
    });
  });

  it.each(["SELECT 'open", 'SELECT "open', 'SELECT /* open', 'SELECT $a$ open'])('refuses %s', (sql) => {
    expect(refusalOf(() => splitStatements(sql))).toMatchObject({ code: '42601' });
  });
});
