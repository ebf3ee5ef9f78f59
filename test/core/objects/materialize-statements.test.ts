import { grammarFault } from '../../../local/materialize/sql/grammar';
import {
  alterClusterReplicationFactor,
  alterClusterSize,
  commentOnCluster,
  createCluster,
  dropCluster,
  setCluster,
} from '../../../src/core/objects/cluster/statements';
import {
  type ConnectionOptions,
  alterConnection,
  createConnection,
  dropConnection,
  validateConnection,
} from '../../../src/core/objects/connection/statements';
import { commentOnSchema, createSchema, dropSchema } from '../../../src/core/objects/schema/statements';
import { alterSecret, createSecret, dropSecret } from '../../../src/core/objects/secret/statements';
import {
  type SourceDefinition,
  type TableMapping,
  addSubsource,
  createSource,
  createSourceBare,
  createTableFromSource,
  dropSource,
} from '../../../src/core/objects/source/statements';
import { dropSubsource, dropTable } from '../../../src/core/objects/tables/statements';
import { type ItemName, commentOn } from '../../../src/core/sql/items';

/** The very text, and one that Materialize's own parser takes. */
function expectSql(built: string, text: string): void {
  expect(built).toBe(text);
  expect(grammarFault(built)).toBeNull();
}

const name = (item: string): ItemName => ({ database: 'materialize', schema: 'shop', name: item });
const connection: ConnectionOptions = {
  host: 'ep-x.aws.neon.tech',
  port: 5432,
  user: `o'brien`,
  database: 'shop',
  passwordSecret: name('pw'),
  sslMode: 'verify-full',
  certificateAuthority: '-----BEGIN-----\nabc',
};
const orders = { upstream: { schema: 'public', name: 'orders' }, target: name('orders') };
const odd = { upstream: { schema: 'Sales', name: 'Mixed "Case' }, target: name('mixed') };
const source: SourceDefinition = {
  name: name('src'),
  cluster: 'ingest shop',
  connection: name('pg'),
  publication: `n2m_sh'op`,
  tables: [orders, odd],
  textColumns: [],
  excludeColumns: [],
  progress: 'src_progress',
};
const textOfOdd = { schema: 'Sales', table: 'Mixed "Case', column: 'mood' };
const textOfOrders = { schema: 'public', table: 'orders', column: 'Total' };
const HEAD =
  'CREATE SOURCE "materialize"."shop"."src" IN CLUSTER "ingest shop" FROM POSTGRES CONNECTION "materialize"."shop"."pg" ';

describe('objects', () => {
  it.each<[string, string]>([
    [createSchema('materialize', 'shop'), 'CREATE SCHEMA IF NOT EXISTS "materialize"."shop"'],
    [createCluster('ingest', '50cc'), `CREATE CLUSTER "ingest" (SIZE = '50cc')`],
    [alterClusterSize('ingest', 'M.1-nano'), `ALTER CLUSTER "ingest" SET (SIZE = 'M.1-nano')`],
    [alterClusterReplicationFactor('ingest', 0), 'ALTER CLUSTER "ingest" SET (REPLICATION FACTOR = 0)'],
    [createSecret(name('pw'), 'cHc='), `CREATE SECRET "materialize"."shop"."pw" AS decode('cHc=', 'base64')`],
    [alterSecret(name('pw'), 'cHc='), `ALTER SECRET "materialize"."shop"."pw" AS decode('cHc=', 'base64')`],
    [
      createConnection(name('pg'), connection),
      `CREATE CONNECTION "materialize"."shop"."pg" TO POSTGRES (HOST 'ep-x.aws.neon.tech', PORT 5432, USER 'o''brien', ` +
        `PASSWORD SECRET "materialize"."shop"."pw", DATABASE 'shop', SSL MODE 'verify-full', ` +
        `SSL CERTIFICATE AUTHORITY '-----BEGIN-----\nabc')`,
    ],
    [
      createConnection(name('pg'), { ...connection, sslMode: 'require', certificateAuthority: null }),
      `CREATE CONNECTION "materialize"."shop"."pg" TO POSTGRES (HOST 'ep-x.aws.neon.tech', PORT 5432, USER 'o''brien', ` +
        `PASSWORD SECRET "materialize"."shop"."pw", DATABASE 'shop', SSL MODE 'require')`,
    ],
    [
      alterConnection(name('pg'), { ...connection, sslMode: 'disable', certificateAuthority: null }),
      `ALTER CONNECTION "materialize"."shop"."pg" SET (HOST 'ep-x.aws.neon.tech'), SET (PORT 5432), SET (USER 'o''brien'), ` +
        `SET (PASSWORD SECRET "materialize"."shop"."pw"), SET (DATABASE 'shop'), SET (SSL MODE 'disable'), ` +
        `DROP (SSL CERTIFICATE AUTHORITY)`,
    ],
    [validateConnection(name('pg')), 'VALIDATE CONNECTION "materialize"."shop"."pg"'],
    [commentOnCluster('ingest', `it's`), `COMMENT ON CLUSTER "ingest" IS 'it''s'`],
    [commentOnCluster('ingest', null), 'COMMENT ON CLUSTER "ingest" IS NULL'],
    [commentOnSchema('materialize', 'shop', 'x'), `COMMENT ON SCHEMA "materialize"."shop" IS 'x'`],
    [commentOn('SECRET', name('pw'), 'x'), `COMMENT ON SECRET "materialize"."shop"."pw" IS 'x'`],
    [commentOn('SOURCE', name('src'), null), 'COMMENT ON SOURCE "materialize"."shop"."src" IS NULL'],
    [dropConnection(name('pg')), 'DROP CONNECTION IF EXISTS "materialize"."shop"."pg"'],
    [dropSecret(name('pw')), 'DROP SECRET IF EXISTS "materialize"."shop"."pw"'],
    [dropCluster('ingest'), 'DROP CLUSTER IF EXISTS "ingest"'],
    [dropSchema('materialize', 'shop'), 'DROP SCHEMA IF EXISTS "materialize"."shop" RESTRICT'],
    [setCluster('ingest'), 'SET cluster = "ingest"'],
  ])('%s', (built, text) => {
    expectSql(built, text);
  });
});

describe('sources', () => {
  const tables =
    'FOR TABLES ("public"."orders" AS "materialize"."shop"."orders", ' +
    '"Sales"."Mixed ""Case" AS "materialize"."shop"."mixed")';
  const progress = ' EXPOSE PROGRESS AS "materialize"."shop"."src_progress"';

  it.each<[string, Partial<SourceDefinition>, string]>([
    ['plain', {}, `(PUBLICATION 'n2m_sh''op') ${tables}${progress}`],
    ['with the default progress name', { progress: null }, `(PUBLICATION 'n2m_sh''op') ${tables}`],
    [
      'with text columns',
      { textColumns: [textOfOdd, textOfOrders] },
      `(PUBLICATION 'n2m_sh''op', TEXT COLUMNS ("Sales"."Mixed ""Case"."mood", "public"."orders"."Total")) ${tables}${progress}`,
    ],
    [
      'with excluded columns',
      { excludeColumns: [textOfOdd] },
      `(PUBLICATION 'n2m_sh''op', EXCLUDE COLUMNS ("Sales"."Mixed ""Case"."mood")) ${tables}${progress}`,
    ],
    [
      'with both, without columns of tables that are not added',
      {
        textColumns: [textOfOdd, { schema: 'public', table: 'absent', column: 'x' }],
        excludeColumns: [textOfOrders, { schema: 'other', table: 'orders', column: 'x' }],
      },
      `(PUBLICATION 'n2m_sh''op', TEXT COLUMNS ("Sales"."Mixed ""Case"."mood"), ` +
        `EXCLUDE COLUMNS ("public"."orders"."Total")) ${tables}${progress}`,
    ],
  ])('with subsources, %s', (_case, change, rest) => {
    expectSql(createSource({ ...source, ...change }), HEAD + rest);
  });

  it('without tables', () => {
    expectSql(createSourceBare(source), `${HEAD}(PUBLICATION 'n2m_sh''op')`);
  });

  it.each<[string, Partial<SourceDefinition>, TableMapping, string]>([
    ['plain', {}, orders, `"orders" FROM SOURCE "materialize"."shop"."src" (REFERENCE "public"."orders")`],
    [
      'with columns named without their table',
      { textColumns: [textOfOdd, textOfOrders], excludeColumns: [{ ...textOfOdd, column: 'b' }] },
      odd,
      `"mixed" FROM SOURCE "materialize"."shop"."src" (REFERENCE "Sales"."Mixed ""Case") ` +
        `WITH (TEXT COLUMNS ("mood"), EXCLUDE COLUMNS ("b"))`,
    ],
  ])('a table from a source, %s', (_case, change, table, rest) => {
    expectSql(createTableFromSource({ ...source, ...change }, table), `CREATE TABLE "materialize"."shop".${rest}`);
  });

  it('adds subsources, with options only of those', () => {
    expectSql(
      addSubsource({ ...source, textColumns: [textOfOrders] }, [odd]),
      'ALTER SOURCE "materialize"."shop"."src" ADD SUBSOURCE "Sales"."Mixed ""Case" AS "materialize"."shop"."mixed"',
    );
    expectSql(
      addSubsource({ ...source, textColumns: [textOfOrders] }, [orders, odd]),
      'ALTER SOURCE "materialize"."shop"."src" ADD SUBSOURCE "public"."orders" AS "materialize"."shop"."orders", ' +
        '"Sales"."Mixed ""Case" AS "materialize"."shop"."mixed" WITH (TEXT COLUMNS ("public"."orders"."Total"))',
    );
  });

  it('drops', () => {
    expectSql(dropSubsource(name('orders')), 'DROP SOURCE IF EXISTS "materialize"."shop"."orders" RESTRICT');
    expectSql(dropTable(name('orders')), 'DROP TABLE IF EXISTS "materialize"."shop"."orders" RESTRICT');
    expectSql(dropSource(name('src')), 'DROP SOURCE IF EXISTS "materialize"."shop"."src" CASCADE');
  });
});
