import { FINDING_CODES, findings } from '../../../src/core/plan/findings';
import { makePlan } from '../../../src/core/plan/plan';
import type { SourceFacts, TargetFacts, TableFacts } from '../../../src/core/plan/facts';
import type { PipelineSpec } from '../../../src/core/spec/types';
import type { Finding } from '../../../src/core/plan/types';
import * as f from './fixtures';

interface Case {
  spec?: PipelineSpec;
  /** Facts of a pipeline nobody has set up, unless `built`. */
  source?: Partial<SourceFacts>;
  target?: Partial<TargetFacts>;
  built?: boolean;
}

const prepared = f.preparedSource();
const neon = prepared.neon!;
const publication = prepared.publication!;
const role = prepared.role!;
const notOurs = { ...publication, comment: null };
const column = { name: 'state', type: 'shop.state', typeOid: 99, nullable: true, generated: null, expression: null };
const given = { name: 'materialize', via: 'given', password: 'env:N2M_SECRET_ROLE' } as const;
const bySql = { name: 'materialize', via: 'sql' } as const;
const orders = (change: Partial<TableFacts>): Partial<SourceFacts> => ({
  tables: [f.table('orders', change), f.table('customers')],
});
const target = f.builtTarget();
const open = {
  kind: 'session',
  pid: 12,
  gid: null,
  user: 'app',
  application: 'job',
  database: 'shop',
  ageSeconds: 60,
  writing: true,
} as const;

function run({ spec = f.spec, source, target, built = false }: Case): Finding[] {
  return built
    ? findings(spec, f.preparedSource(source), f.builtTarget(target))
    : findings(spec, f.untouchedSource(source), f.emptyTarget(target));
}

/** code, what the systems show, severity, the fix as it can be pasted. */
const CASES: [string, string, Case, Finding['severity'], string | null][] = [
  ['server-version', 'Postgres 10', { source: { versionNum: 100_000 } }, 'blocking', 'upgrade the server'],
  ['server-version', 'Postgres 13', { source: { versionNum: 130_000 } }, 'info', null],
  [
    'wal-level',
    'a plain Postgres',
    { spec: f.postgresSpec(), source: { neon: null } },
    'blocking',
    "ALTER SYSTEM SET wal_level = 'logical'; -- then restart the server",
  ],
  ['wal-level', 'Neon, where the run enables it', {}, 'info', null],
  [
    'pooled-host',
    'a pooled host',
    { source: { pooledHost: true, host: 'ep-x-pooler.aws.neon.tech' } },
    'blocking',
    'use the direct host: ep-x.aws.neon.tech',
  ],
  ['replication-slots', 'one free slot', { source: { usedReplicationSlots: 9 } }, 'blocking', null],
  ['wal-senders', 'no free wal sender', { source: { usedWalSenders: 10 } }, 'blocking', null],
  ['wal-senders', 'one free wal sender', { source: { usedWalSenders: 9 } }, 'warning', null],
  [
    'wal-cap',
    'a cap on WAL and a large copy',
    { source: { maxSlotWalKeepSize: '1073741824', ...orders({ bytes: '50000000000' }) } },
    'info',
    null,
  ],
  [
    'upstream-moved',
    'a source whose slot is not where the file leads',
    { source: { ...prepared, host: 'ep-new.aws.neon.tech', slots: [] }, target: f.builtTarget() },
    'warning',
    'on ep-cool-darkness-123456.us-east-2.aws.neon.tech:5432, database shop, see that slot materialize_0123456789abcdef0123456789abcdef is gone, then: DROP PUBLICATION IF EXISTS "n2m_shop";',
  ],
  ['role-missing', 'a given role that is missing', { spec: f.withSource({ role: given }) }, 'blocking', null],
  [
    'role-creation',
    'a role by SQL before Postgres 16',
    { spec: f.withSource({ role: bySql }), source: { versionNum: 150_000 } },
    'blocking',
    'role: {via: api}',
  ],
  [
    'role-creation',
    'a role by SQL without CREATEROLE',
    { spec: f.postgresSpec(), source: { neon: null, user: { ...prepared.user, createRole: false } } },
    'blocking',
    null,
  ],
  [
    'role-attributes',
    'a role that may not replicate',
    { source: { role: { ...role, replication: false } } },
    'blocking',
    'ALTER ROLE "materialize" REPLICATION;',
  ],
  [
    'role-attributes',
    'a role that may not log in',
    { source: { role: { ...role, login: false } } },
    'blocking',
    'ALTER ROLE "materialize" LOGIN;',
  ],
  ['admin-role', 'a role by API', {}, 'info', 'role: {via: sql} makes one with only what it needs'],
  [
    'publication-creation',
    'a user without CREATE',
    { source: { user: { ...prepared.user, canCreateInDatabase: false } } },
    'blocking',
    'GRANT CREATE ON DATABASE "shop" TO "neondb_owner";',
  ],
  [
    'publication-creation',
    'a user without CREATE, where the publication is somebody else’s and something is added',
    { source: { publication: notOurs, user: { ...prepared.user, canCreateInDatabase: false } } },
    'blocking',
    'GRANT CREATE ON DATABASE "shop" TO "neondb_owner";',
  ],
  [
    'publication-membership',
    'others’ publication without a table',
    { source: { publication: { ...notOurs, tables: publication.tables.slice(0, 1) } } },
    'blocking',
    'ALTER PUBLICATION "n2m_shop" ADD TABLE ONLY "public"."orders";',
  ],
  [
    'publication-membership',
    'our publication without a table',
    { source: { publication: { ...publication, tables: publication.tables.slice(0, 1) } } },
    'info',
    'ALTER PUBLICATION "n2m_shop" ADD TABLE ONLY "public"."orders";',
  ],
  [
    'publication-operations',
    'a publication without deletes',
    { source: { publication: { ...notOurs, publishes: { ...publication.publishes, delete: false } } } },
    'blocking',
    `ALTER PUBLICATION "n2m_shop" SET (publish = 'insert, update, delete, truncate');`,
  ],
  [
    'publication-narrowed',
    'a row filter',
    {
      source: {
        publication: {
          ...publication,
          tables: publication.tables.map((t) => ({ ...t, filtered: t.name === 'orders' })),
        },
      },
    },
    'blocking',
    'ALTER PUBLICATION "n2m_shop" DROP TABLE ONLY "public"."orders";\nALTER PUBLICATION "n2m_shop" ADD TABLE ONLY "public"."orders";',
  ],
  [
    'publication-narrowed',
    'partitions under their root',
    { source: { publication: { ...publication, viaRoot: true } } },
    'blocking',
    'ALTER PUBLICATION "n2m_shop" SET (publish_via_partition_root = false);',
  ],
  [
    'publication-extra-tables',
    'a table nobody asked for',
    {
      source: {
        publication: {
          ...publication,
          tables: [...publication.tables, { schema: 'public', name: 'log', columns: null, filtered: false }],
        },
      },
    },
    'info',
    'ALTER PUBLICATION "n2m_shop" DROP TABLE ONLY "public"."log";',
  ],
  [
    'publication-all-tables',
    'a publication for all tables',
    { source: { publication: { ...notOurs, allTables: true } } },
    'warning',
    'publish the tables by name',
  ],
  [
    'open-transactions',
    'a writing transaction',
    { source: { openTransactions: [open] } },
    'warning',
    'SELECT pg_catalog.pg_terminate_backend(12);',
  ],
  [
    'open-transactions',
    'a prepared transaction',
    { source: { openTransactions: [{ ...open, kind: 'prepared', pid: null, gid: 'g1' }] } },
    'warning',
    "ROLLBACK PREPARED 'g1';",
  ],
  [
    'idle-in-transaction',
    'others’ role with the timeout',
    { source: { role: { ...role, config: [] } } },
    'warning',
    'ALTER ROLE "materialize" SET idle_in_transaction_session_timeout = 0;',
  ],
  [
    'tls-unverified',
    'TLS without verification',
    { spec: f.withSource({ tls: { mode: 'require', ca: null } }) },
    'warning',
    'source.tls: {mode: verify-full}',
  ],
  [
    'public-connections-blocked',
    'a project without public connections',
    { source: { neon: { ...neon, blocksPublicConnections: true } } },
    'blocking',
    null,
  ],
  [
    'ip-allow-unknown',
    'an allow list and no addresses',
    { source: { neon: { ...neon, allowedIps: ['10.0.0.1'] } }, target: { egressCidrs: [] } },
    'warning',
    null,
  ],
  ['slot-life', 'a copy of two days', { source: orders({ bytes: '4000000000000' }) }, 'warning', null],
  ['compute-stays-awake', 'a new subscriber on Neon', {}, 'info', null],
  [
    'no-tables',
    'an empty schema',
    { spec: f.withSource({ tables: { kind: 'schemas', schemas: ['empty'], aliases: [] } }) },
    'blocking',
    null,
  ],
  [
    'missing-table',
    'a table that does not exist',
    { source: { missingTables: [{ schema: 'public', name: 'nope' }] } },
    'blocking',
    null,
  ],
  ['not-a-table', 'a partitioned table', { source: orders({ relkind: 'p' }) }, 'blocking', null],
  [
    'duplicate-target',
    'one name in two schemas',
    {
      spec: f.withSource({ tables: { kind: 'all', aliases: [] } }),
      source: { tables: [f.table('orders'), f.table('orders', { schema: 'old' })] },
    },
    'blocking',
    '- public.orders as public_orders',
  ],
  [
    'unsupported-type',
    'a type that goes as text',
    { source: orders({ columns: [{ ...column, ingest: 'text' }] }) },
    'blocking',
    'source.textColumns: [public.orders.state]',
  ],
  [
    'unsupported-type',
    'a type that does not go',
    { source: orders({ columns: [{ ...column, ingest: 'no' }] }) },
    'blocking',
    'source.excludeColumns: [public.orders.state]',
  ],
  [
    'unknown-column',
    'a column that does not exist',
    { spec: f.withSource({ textColumns: [{ schema: 'public', table: 'orders', column: 'nope' }] }) },
    'blocking',
    'take it out of source.textColumns',
  ],
  [
    'text-columns-changed',
    'a text column of an adopted table',
    {
      built: true,
      spec: f.withSource({ textColumns: [{ schema: 'public', table: 'orders', column: 'id' }] }),
      target: { source: { ...target.source!, comment: null } },
    },
    'blocking',
    'DROP SOURCE IF EXISTS "materialize"."shop"."orders" RESTRICT; -- then apply, which adds it again',
  ],
  [
    'table-owner',
    'a table of somebody else',
    { source: orders({ ownedByUs: false, owner: 'boss' }) },
    'blocking',
    'GRANT "boss" TO "neondb_owner";',
  ],
  [
    'table-privileges',
    'a table of somebody else',
    { source: { ...orders({ ownedByUs: false, owner: 'boss' }), role: { ...role, memberOf: [] } } },
    'blocking',
    'GRANT USAGE ON SCHEMA "public" TO "materialize";\nGRANT SELECT ON "public"."orders" TO "materialize";',
  ],
  ['replica-identity', 'a table of ours', {}, 'info', 'ALTER TABLE "public"."orders" REPLICA IDENTITY FULL;'],
  [
    'published-without-identity',
    'a published table without a key',
    { source: { ...orders({ hasPrimaryKey: false }), publication } },
    'warning',
    'ALTER TABLE "public"."orders" REPLICA IDENTITY FULL;',
  ],
  [
    'row-security',
    'policies and a role without BYPASSRLS',
    { source: { ...orders({ rowSecurity: true }), role: { ...role, bypassRls: false } } },
    'blocking',
    'ALTER ROLE "materialize" BYPASSRLS;',
  ],
  [
    'row-security',
    'policies and a role still to be made',
    { spec: f.postgresSpec(), source: { neon: null, ...orders({ rowSecurity: true }) } },
    'warning',
    'ALTER ROLE "materialize" BYPASSRLS;',
  ],
  [
    'stale-statistics',
    'a large table never analysed',
    { source: orders({ estimatedRows: null, bytes: '5000000' }) },
    'warning',
    'ANALYZE "public"."orders";',
  ],
  ['table-size', 'something to copy', {}, 'info', null],
  [
    'table-has-dependents',
    'a view on a table that left',
    {
      built: true,
      spec: f.withSource({ tables: { kind: 'list', tables: [{ schema: 'public', name: 'orders', alias: null }] } }),
      target: {
        source: {
          ...target.source!,
          children: [f.child('orders'), f.child('customers', { dependents: [{ id: 'u9', name: 'v', type: 'view' }] })],
        },
      },
    },
    'blocking',
    'DROP VIEW v;',
  ],
  [
    'table-named-differently',
    'another name in Materialize',
    {
      built: true,
      target: {
        source: {
          ...target.source!,
          children: [f.child('o', { upstream: { schema: 'public', name: 'orders' } }), f.child('customers')],
        },
      },
    },
    'warning',
    'ALTER SOURCE "o" RENAME TO "orders";',
  ],
  [
    'table-dead',
    'a table with an error',
    {
      built: true,
      target: {
        source: {
          ...target.source!,
          children: [f.child('orders', { error: 'table was truncated' }), f.child('customers')],
        },
      },
    },
    'warning',
    'n2m repair shop',
  ],
  [
    'materialize-version',
    'an old Materialize',
    { target: { versionNum: 16_200, version: 'v0.162.0' } },
    'warning',
    'upgrade it',
  ],
  [
    'exclude-columns',
    'an old Materialize and excluded columns',
    {
      spec: f.withSource({ excludeColumns: [{ schema: 'public', table: 'orders', column: 'id' }] }),
      target: { versionNum: 16_200 },
    },
    'blocking',
    null,
  ],
  [
    'materialize-privileges',
    'a missing privilege',
    { target: { missingPrivileges: ['CREATECLUSTER ON SYSTEM'] } },
    'blocking',
    'GRANT CREATECLUSTER ON SYSTEM TO "n2m@example.com";',
  ],
  [
    'database-missing',
    'a database that does not exist',
    { target: { databaseExists: false } },
    'blocking',
    'CREATE DATABASE "materialize";',
  ],
  [
    'unknown-size',
    'a size the region does not have',
    { target: { sizes: ['25cc', '50cc'] } },
    'blocking',
    'one of 25cc, 50cc',
  ],
  [
    'limit-reached',
    'too many sources',
    { target: { limits: { ...target.limits, usedSources: 199 } } },
    'blocking',
    null,
  ],
  [
    'limit-reached',
    'no cluster left',
    { target: { limits: { ...target.limits, usedClusters: 25 } } },
    'blocking',
    null,
  ],
  [
    'name-clash',
    'a view of that name',
    { target: { schemaItems: [{ id: 'u5', name: 'orders', type: 'view' }] } },
    'blocking',
    '- public.orders as public_orders',
  ],
  [
    'name-clash',
    'a table called like the secret',
    { spec: f.withSource({ tables: { kind: 'all', aliases: [] } }), source: { tables: [f.table('shop_password')] } },
    'blocking',
    '- public.shop_password as public_shop_password',
  ],
  [
    'syntax-refused',
    'subsources where they are refused',
    { spec: f.withMaterialize({ syntax: 'subsources' }), target: { forcesSourceTables: true } },
    'blocking',
    'materialize.syntax: auto',
  ],
  [
    'renamed-object',
    'a source of ours under another name',
    { target: { strays: [f.stray('source', 'shop_before')] } },
    'blocking',
    null,
  ],
  [
    'renamed-object',
    'a cluster of ours that the file does not name, and that others use',
    {
      built: true,
      target: {
        strays: [{ ...f.stray('cluster', 'ingest_before'), otherObjects: [{ id: 'u9', name: 'v', type: 'view' }] }],
      },
    },
    'warning',
    'DROP CLUSTER IF EXISTS "ingest_before";',
  ],
  [
    'shared-cluster',
    'somebody else on the cluster',
    { built: true, target: { cluster: { ...target.cluster!, otherObjects: [{ id: 'u9', name: 'v', type: 'view' }] } } },
    'warning',
    null,
  ],
  [
    'cluster-reconfiguring',
    'a resize under way',
    { built: true, target: { cluster: { ...target.cluster!, pending: 1 } } },
    'info',
    null,
  ],
  [
    'source-stalled',
    'a stalled source',
    { built: true, target: { source: { ...target.source!, status: 'stalled', error: 'x' } } },
    'warning',
    'n2m status shop',
  ],
  [
    'adopted-extra-tables',
    'an adopted source with more tables',
    {
      built: true,
      target: { source: { ...target.source!, comment: null, children: [...target.source!.children, f.child('log')] } },
    },
    'info',
    null,
  ],
];

test.each(CASES)('%s is found in %s', (code, _what, seen, severity, fix) => {
  const found = run(seen).filter((finding) => finding.code === code);
  expect(found.length).toBeGreaterThan(0);
  expect(found[0]).toMatchObject({ severity, ...(fix === null ? {} : { fix }) });
  expect(found[0]?.sentence.length).toBeGreaterThan(10);
});

test.each(CASES.filter(([, , , severity]) => severity === 'blocking'))('%s has a way out: %s', (code, _what, seen) => {
  expect(run(seen).find((finding) => finding.code === code)?.fix).toBeTruthy();
});

test('every rule has a case here', () => {
  const tried = new Set(CASES.map(([code]) => code));
  expect(FINDING_CODES.filter((code) => !tried.has(code))).toEqual([]);
});

test('a pipeline that runs has nothing to say', () => {
  expect(run({ built: true })).toEqual([]);
});

test('all findings come at once, blocking first', () => {
  const found = run({
    source: { pooledHost: true, usedReplicationSlots: 9, missingTables: [{ schema: 'a', name: 'b' }] },
    target: { databaseExists: false },
  });
  const blocking = found.filter(({ severity }) => severity === 'blocking').map(({ code }) => code);
  expect(blocking).toEqual(['pooled-host', 'replication-slots', 'missing-table', 'database-missing']);
  expect(found.slice(0, blocking.length).every(({ severity }) => severity === 'blocking')).toBe(true);
});

test('nothing is said about slots and transactions where nothing is copied', () => {
  expect(
    run({ built: true, source: { usedReplicationSlots: 10, usedWalSenders: 10, openTransactions: [open] } }),
  ).toEqual([]);
});

test('types of a table that is copied already are not asked about again', () => {
  const tables = prepared.tables.map((table) => ({ ...table, columns: [{ ...column, ingest: 'text' as const }] }));
  expect(run({ built: true, source: { tables } })).toEqual([]);
});

test('a plan carries the same findings', () => {
  const plan = makePlan(f.spec, f.untouchedSource(), f.emptyTarget(), f.notWatched);
  expect(plan.findings).toEqual(run({}));
});

test('text-columns-changed says what copying the adopted table again costs, and tells what the file no longer names', () => {
  const { source } = f.builtTarget();
  const children = [f.child('orders'), f.child('customers', { excludeColumns: ['id'] })];
  const target = f.builtTarget({ source: { ...source!, children, comment: null } });
  const asked = f.withSource({ textColumns: [{ schema: 'public', table: 'orders', column: 'id' }] });
  const { findings } = makePlan(asked, f.preparedSource(), target, f.watched);
  const changed = findings.filter(({ code }) => code === 'text-columns-changed');
  expect(changed.map(({ severity, subject }) => ({ severity, subject }))).toEqual([
    { severity: 'blocking', subject: 'public.orders' },
    { severity: 'warning', subject: 'public.customers' },
  ]);
  expect(changed[0]?.sentence).toContain('copying it again: about 1,000 rows, 8.0 KiB, 30 s at 200cc');
});
