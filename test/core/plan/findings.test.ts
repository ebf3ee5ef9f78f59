import { poolerByAnswer, poolerByName } from '../../../src/core/objects/connection/poolers';
import { FINDING_CODES, findings } from '../../../src/core/plan/findings';
import { makePlan } from '../../../src/core/plan/plan';
import type { SessionLimit, SourceFacts, TargetFacts, TableFacts } from '../../../src/core/plan/facts';
import type { PipelineSpec } from '../../../src/core/spec/types';
import type { Finding } from '../../../src/core/plan/types';
import { tried } from './file-fixes';
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
const limit = (setting: SessionLimit['setting'], ms: number): SessionLimit => ({ setting, ms, inDatabase: false });
const notOurs = { ...publication, comment: null };
const filtered = publication.tables.map((t) => ({ ...t, filtered: t.name === 'orders' }));
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

const CONSTRAINTS = { version: 'v26.42.0', versionNum: 2_604_200 };
const without = (table: string, constraint: string | null) =>
  f.withSource({ excludeConstraints: [{ schema: 'public', table, constraint }] });
const pooledNeon = { ...poolerByName('ep-x-pooler.aws.neon.tech', 5432)!, replicates: true };
const refusal = 'unsupported startup parameter: options';
const pgBouncer = { ...poolerByAnswer('db.internal:6432', { refusal })!, replicates: true };
const stored = f.generatedColumn('total', 'stored', '(price * (2)::numeric)');
const virtual = f.generatedColumn('half', 'virtual', '(price / (2)::numeric)');
const heirs = { count: 1, first: [{ schema: 'public', name: 'card_payment' }] };
const narrow = f.publishedBy('analytics', { columns: ['id'] });
const weak = { count: 1, first: [{ schema: 'public', name: 'orders_1', identity: 'default' as const }] };
const parted = orders(f.partitioned());
const hot = { changes: 360_000, seconds: 3600 };

/** code, what the systems show, severity, the fix as it can be pasted. */
const CASES: [string, string, Case, Finding['severity'], string | null][] = [
  ['server-version', 'Postgres 10', { source: { versionNum: 100_000 } }, 'blocking', 'upgrade the server'],
  ['server-version', 'Postgres 13', { source: { versionNum: 130_000 } }, 'info', null],
  [
    'wal-level',
    'a plain Postgres',
    { spec: f.postgresSpec(), source: { neon: null, managed: null } },
    'blocking',
    "ALTER SYSTEM SET wal_level = 'logical'; -- then restart the server",
  ],
  ['wal-level', 'Neon, where the run enables it', {}, 'info', null],
  [
    'unknown-host',
    'a host that only the file names',
    { spec: f.postgresSpec(), source: { ...prepared, unknownHost: true, host: 'db.internal', port: 5433 } },
    'blocking',
    'add db.internal:5433 to N2M_REACHABLE_ALLOW of the worker, or take reachableAt out of the file',
  ],
  [
    'claimed-publication',
    "another login's publication with our mark",
    { source: { ...prepared, claims: [{ name: 'n2m_shop.record', owner: 'intern' }] } },
    'warning',
    'n2m explain claimed-publication',
  ],
  [
    'pooled-host',
    'a pooled host',
    { source: { pooler: pooledNeon } },
    'blocking',
    'use the direct host: ep-x.aws.neon.tech',
  ],
  [
    'pooled-host',
    'a host that answers as PgBouncer does',
    { spec: f.postgresSpec(), source: { pooler: pgBouncer } },
    'blocking',
    'name the server itself in the URL of env:N2M_SECRET_SOURCE_URL: often the same host at another port',
  ],
  [
    'pooled-host',
    'a pooler on the way of n2m alone',
    { spec: f.postgresSpec(), source: { pooler: { ...pgBouncer, replicates: false } } },
    'warning',
    'name the server itself in the URL of env:N2M_SECRET_SOURCE_URL: often the same host at another port',
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
    'source.role: {name: materialize, via: api}',
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
  [
    'admin-role',
    'a role by API',
    {},
    'info',
    'source.role: {name: materialize, via: sql} -- makes one with only what it needs',
  ],
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
    'publication-operations',
    'our publication without updates, before anything is copied',
    { source: { publication: { ...publication, publishes: { ...publication.publishes, update: false } } } },
    'info',
    `ALTER PUBLICATION "n2m_shop" SET (publish = 'insert, update, delete, truncate');`,
  ],
  [
    'publication-operations',
    'our publication without updates, after the copy',
    {
      source: { publication: { ...publication, publishes: { ...publication.publishes, update: false } } },
      built: true,
    },
    'blocking',
    'n2m repair shop',
  ],
  [
    'publication-narrowed',
    'a row filter of others',
    { source: { publication: { ...notOurs, tables: filtered } } },
    'blocking',
    'ALTER PUBLICATION "n2m_shop" DROP TABLE ONLY "public"."orders";\nALTER PUBLICATION "n2m_shop" ADD TABLE ONLY "public"."orders";',
  ],
  [
    'publication-narrowed',
    'a row filter, after the copy',
    { source: { publication: { ...publication, tables: filtered } }, built: true },
    'blocking',
    'n2m repair shop',
  ],
  [
    'publication-narrowed',
    'a row filter, before anything is copied',
    { source: { publication: { ...publication, tables: filtered } } },
    'info',
    'ALTER PUBLICATION "n2m_shop" DROP TABLE ONLY "public"."orders";\nALTER PUBLICATION "n2m_shop" ADD TABLE ONLY "public"."orders";',
  ],
  [
    'publication-narrowed',
    'partitions under their root',
    { source: { publication: { ...publication, comment: null, viaRoot: true } } },
    'blocking',
    'ALTER PUBLICATION "n2m_shop" SET (publish_via_partition_root = false);',
  ],
  [
    'publication-narrowed',
    'somebody else’s with partitions under their own names, for a table of partitions',
    { source: { ...parted, publication: { ...publication, comment: null } } },
    'blocking',
    'ALTER PUBLICATION "n2m_shop" SET (publish_via_partition_root = true);',
  ],
  [
    'publication-narrowed',
    'our own with partitions under their own names, for a table of partitions',
    { built: true, source: parted },
    'info',
    'ALTER PUBLICATION "n2m_shop" SET (publish_via_partition_root = true);',
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
    { source: { role: { ...role, config: [], limits: [limit('idle_in_transaction_session_timeout', 300_000)] } } },
    'warning',
    'ALTER ROLE "materialize" SET idle_in_transaction_session_timeout = 0;',
  ],
  [
    'transaction-timeout',
    'a copy that takes longer than a transaction may',
    { source: { role: { ...role, limits: [limit('transaction_timeout', 10_000)] } } },
    'warning',
    'ALTER ROLE "materialize" SET transaction_timeout = 0;',
  ],
  [
    'transaction-timeout',
    'a copy that is shorter, by what is set for the role in the database',
    { source: { role: { ...role, limits: [{ ...limit('transaction_timeout', 3_600_000), inDatabase: true }] } } },
    'info',
    'ALTER ROLE "materialize" IN DATABASE "shop" SET transaction_timeout = 0;',
  ],
  [
    'statement-timeout',
    'statements that end within a migration, also where nothing is copied',
    {
      built: true,
      spec: f.withSource({ role: given }),
      source: { role: { ...role, limits: [limit('statement_timeout', 5_000)] } },
    },
    'warning',
    'ALTER ROLE "materialize" SET statement_timeout = 0;',
  ],
  [
    'statement-timeout',
    'statements that end after minutes',
    { source: { role: { ...role, limits: [limit('statement_timeout', 300_000)] } } },
    'info',
    'ALTER ROLE "materialize" SET statement_timeout = 0;',
  ],
  [
    'idle-slot-timeout',
    'a copy during which the slot is invalidated',
    { source: { ...orders({ bytes: '4000000000000' }), idleSlotTimeoutMs: 86_400_000, managed: null } },
    'warning',
    "ALTER SYSTEM SET idle_replication_slot_timeout = '0';\nSELECT pg_catalog.pg_reload_conf();",
  ],
  [
    'idle-slot-timeout',
    'a time that a pause may reach',
    { source: { idleSlotTimeoutMs: 86_400_000, managed: 'rds' } },
    'info',
    'idle_replication_slot_timeout = 0 in the parameter group of the instance',
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
    'name tables in source.tables',
  ],
  [
    'no-tables',
    'everything excluded',
    {
      spec: f.withSource({ tables: { kind: 'all', aliases: [], exclude: ['*'] } }),
      source: { tables: [], selection: { excluded: { count: 2, first: [] }, unmatched: [] } },
    },
    'blocking',
    'exclude less in source.exclude',
  ],
  [
    'excluded-tables',
    'tables that are left out',
    {
      spec: f.withSource({ tables: { kind: 'all', aliases: [], exclude: ['audit_*'] } }),
      source: {
        selection: { excluded: { count: 9, first: [{ schema: 'public', name: 'audit_1' }] }, unmatched: [] },
      },
    },
    'info',
    null,
  ],
  [
    'unmatched-pattern',
    'an exclude that matches nothing',
    {
      spec: f.withSource({ tables: { kind: 'all', aliases: [], exclude: ['audit_*', 'logs'] } }),
      source: {
        selection: { excluded: { count: 0, first: [] }, unmatched: [{ key: 'exclude', pattern: 'audit_*' }] },
      },
    },
    'warning',
    'correct it, or take audit_* out of source.exclude',
  ],
  [
    'target-too-long',
    'a name that does not fit',
    { spec: f.withSource({ tables: { kind: 'all', aliases: [], targetName: `${'x'.repeat(248)}{table}` } }) },
    'blocking',
    'source.aliases: [public.customers as public_customers]',
  ],
  [
    'missing-table',
    'a table that does not exist',
    { source: { missingTables: [{ schema: 'public', name: 'nope' }] } },
    'blocking',
    'correct the name in source.tables; mixed case needs quotes: public."Orders"',
  ],
  [
    'missing-table',
    'a replicated table that was dropped upstream',
    {
      built: true,
      source: { tables: [prepared.tables[0]!], missingTables: [{ schema: 'public', name: 'customers' }] },
    },
    'blocking',
    'take public.customers out of source.tables',
  ],
  [
    'wal-level',
    'an RDS instance',
    { spec: f.postgresSpec(), source: { neon: null, managed: 'rds' } },
    'blocking',
    'set rds.logical_replication = 1 in the parameter group of the instance, then reboot it',
  ],
  [
    'wal-senders',
    'a Cloud SQL instance without a free wal sender',
    { source: { usedWalSenders: 10, managed: 'cloud-sql' } },
    'blocking',
    'max_wal_senders = 20 as a flag of the instance, which restarts it',
  ],
  [
    'role-creation',
    'a role by SQL on RDS, without its administrators',
    { spec: f.postgresSpec(), source: { neon: null, managed: 'rds' } },
    'blocking',
    'connect as a member of rds_superuser, or name a role it made',
  ],
  [
    'role-attributes',
    'a role on RDS that is no member of rds_replication',
    { source: { managed: 'rds', role: { ...role, replication: false } } },
    'blocking',
    'GRANT rds_replication TO "materialize"; -- as a member of rds_superuser',
  ],
  [
    'role-attributes',
    'a role on Cloud SQL that may not replicate',
    { source: { managed: 'cloud-sql', role: { ...role, replication: false } } },
    'blocking',
    'ALTER ROLE "materialize" REPLICATION; -- as a member of cloudsqlsuperuser',
  ],
  [
    'read-only-login',
    'a standby',
    { source: { standby: true } },
    'blocking',
    'name the primary; it hands its changes on to the standby',
  ],
  [
    'read-only-login',
    'a standby that says where its WAL comes from',
    { source: { standby: true, primary: '10.0.0.5:5432' } },
    'blocking',
    'name the primary, which is 10.0.0.5:5432 for the standby; it hands its changes on to the standby',
  ],
  [
    'read-only-login',
    'a login whose sessions are read-only',
    { source: { readOnly: true } },
    'blocking',
    'ALTER ROLE "neondb_owner" SET default_transaction_read_only = off; -- or a login that may write',
  ],
  [
    'schema-usage',
    'a schema of somebody else',
    { source: orders({ schemaGrantable: false }) },
    'blocking',
    'GRANT USAGE ON SCHEMA "public" TO "materialize"; -- by the owner of the schema',
  ],
  [
    'generated-columns',
    'a stored column before 18',
    { source: orders({ columns: [stored] }) },
    'info',
    'in a view: public.orders.total = (price * (2)::numeric)',
  ],
  [
    'generated-columns',
    'a stored column on 18',
    { source: { versionNum: 180_000, ...orders({ columns: [stored] }) } },
    'info',
    'in a view: public.orders.total = (price * (2)::numeric)',
  ],
  [
    'generated-columns',
    'a virtual column',
    { source: { versionNum: 180_000, ...orders({ columns: [virtual] }) } },
    'blocking',
    'take public.orders out of source.tables, or make its columns STORED: public.orders.half = (price / (2)::numeric)',
  ],
  [
    'other-publication-columns',
    'another publication that lists columns',
    { source: orders({ publications: [narrow] }) },
    'blocking',
    'BEGIN;\nALTER PUBLICATION "analytics" DROP TABLE ONLY "public"."orders";\n' +
      'ALTER PUBLICATION "analytics" ADD TABLE ONLY "public"."orders";\nCOMMIT; ' +
      '-- by analytics: its subscribers get more columns',
  ],
  [
    'other-publication-columns',
    'another publication that leaves generated columns out, on 18',
    { source: { versionNum: 180_000, ...orders({ columns: [stored], publications: [f.publishedBy('analytics')] }) } },
    'blocking',
    'ALTER PUBLICATION "analytics" SET (publish_generated_columns = stored); -- by analytics: its subscribers get more columns',
  ],
  [
    'other-publication-columns',
    'writes that are refused already',
    { source: orders({ replicaIdentity: 'full', publications: [narrow] }) },
    'warning',
    null,
  ],
  ['inherited-table', 'a parent', { source: orders({ heirs }) }, 'blocking', 'name the tables that inherit'],
  [
    'inherited-table',
    'a hypertable',
    { source: orders({ hypertable: true }) },
    'blocking',
    'take public.orders out of source.tables',
  ],
  [
    'inherited-table',
    'a parent that Materialize has already',
    { built: true, source: { tables: prepared.tables.map((table) => ({ ...table, heirs })) } },
    'warning',
    'replicate the tables that inherit',
  ],
  [
    'inherited-table',
    'parents among all tables',
    { spec: f.withSource({ tables: { kind: 'all', aliases: [] } }), source: orders({ heirs }) },
    'warning',
    null,
  ],
  ['identity-full-cost', 'a busy table', { source: orders({ rowBytes: 200, written: hot }) }, 'info', null],
  [
    'identity-full-cost',
    'a wide and busy table',
    { source: orders({ rowBytes: 4096, written: hot }) },
    'warning',
    null,
  ],
  [
    'not-a-table',
    'an unlogged table',
    { source: orders({ persistence: 'unlogged' }) },
    'blocking',
    'take public.orders out of source.tables, or: ALTER TABLE "public"."orders" SET LOGGED; -- which rewrites it',
  ],
  ['not-a-table', 'a temporary table', { source: orders({ persistence: 'temporary' }) }, 'blocking', null],
  ['not-a-table', 'a foreign table', { source: orders({ relkind: 'f' }) }, 'blocking', null],
  ['not-a-table', 'a table of the system', { source: orders({ oid: 1259 }) }, 'blocking', null],
  [
    'not-a-table',
    'a partitioned table before Postgres 13',
    { source: { ...parted, versionNum: 120_000 } },
    'blocking',
    null,
  ],
  [
    'table-owner',
    'a partition of somebody else',
    { source: orders(f.partitioned({ foreign: { schema: 'public', name: 'orders_1', owner: 'bob' } })) },
    'blocking',
    'GRANT "bob" TO "neondb_owner";',
  ],
  [
    'replica-identity',
    'partitions of a table that is copied',
    { source: orders(f.partitioned({ weak })) },
    'info',
    'ALTER TABLE "public"."orders_1" REPLICA IDENTITY FULL;',
  ],
  [
    'replica-identity',
    'a new partition of a table that is there',
    { built: true, source: orders(f.partitioned({ weak })) },
    'warning',
    'ALTER TABLE "public"."orders_1" REPLICA IDENTITY FULL;',
  ],
  [
    'partition-unsent',
    'a foreign partition',
    {
      source: orders(
        f.partitioned({ unsent: { count: 1, first: [{ schema: 'public', name: 'orders_1', why: 'foreign' }] } }),
      ),
    },
    'blocking',
    'name the other partitions instead',
  ],
  [
    'partition-of-selected',
    'a partition beside its table',
    {
      source: {
        tables: [
          f.table('orders', f.partitioned()),
          f.table('customers', { partitionOf: [{ schema: 'public', name: 'orders' }] }),
        ],
      },
    },
    'blocking',
    'take public.customers out of source.tables',
  ],
  [
    'partitions-regrouped',
    'a partition in place of its table',
    {
      built: true,
      spec: f.withSource({ tables: { kind: 'list', tables: [{ schema: 'public', name: 'orders', alias: null }] } }),
      source: orders({ partitionOf: [{ schema: 'public', name: 'customers' }] }),
    },
    'warning',
    null,
  ],
  ['partition-changes', 'a table of partitions', { source: parted }, 'warning', null],
  ['partition-changes', 'a table of partitions that is there', { built: true, source: parted }, 'info', null],
  [
    'partitions-apart',
    'all, with partitions that are there one by one',
    {
      built: true,
      spec: f.withSource({ tables: { kind: 'all', aliases: [] } }),
      source: {
        tables: [
          f.table('sales', f.partitioned()),
          f.table('orders', { partitionOf: [{ schema: 'public', name: 'sales' }] }),
        ],
      },
    },
    'info',
    'name the partitioned table in source.tables',
  ],
  [
    'duplicate-target',
    'one name in two schemas',
    {
      spec: f.withSource({ tables: { kind: 'all', aliases: [] } }),
      source: { tables: [f.table('orders'), f.table('orders', { schema: 'old' })] },
    },
    'blocking',
    'source.targetName: "{schema}_{table}"',
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
    'take public.orders.nope out of source.textColumns',
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
    'columns-added',
    'a column that came upstream',
    { built: true, target: { source: { ...target.source!, children: [f.child('orders', { columns: [] })] } } },
    'warning',
    'to do without: source.excludeColumns: [public.orders.id]',
  ],
  [
    'columns-gone',
    'a column that left upstream',
    {
      built: true,
      target: { source: { ...target.source!, children: [f.child('orders', { columns: ['id', 'was'] })] } },
    },
    'warning',
    'n2m repair shop',
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
    'published-without-identity',
    'a table without a key that others publish',
    { source: orders({ replicaIdentity: 'nothing', publications: [f.publishedBy('analytics')] }) },
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
    'policies that came later, and a role of ours that the run lets past them',
    {
      built: true,
      spec: f.withSource({ role: bySql }),
      source: { ...orders({ rowSecurity: true }), role: { ...role, comment: publication.comment, bypassRls: false } },
    },
    'warning',
    'ALTER ROLE "materialize" BYPASSRLS;',
  ],
  [
    'row-security',
    'policies that came later, and a login that may not let past what it may not pass itself',
    {
      built: true,
      spec: f.withSource({ role: bySql }),
      source: {
        ...orders({ rowSecurity: true }),
        role: { ...role, comment: publication.comment, bypassRls: false },
        user: { ...prepared.user, bypassRls: false },
      },
    },
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
    'exclude-constraints',
    'a Materialize that does not know it',
    { spec: without('orders', 'orders_pkey'), target: { versionNum: 2_603_900 } },
    'blocking',
    'upgrade Materialize, or leave it out of the file until then',
  ],
  [
    'exclude-constraints',
    'a source with subsources',
    { spec: without('orders', 'orders_pkey'), target: CONSTRAINTS, built: true },
    'blocking',
    'materialize.syntax: tables',
  ],
  [
    'exclude-constraints',
    'a constraint that is not there',
    { spec: without('orders', 'Gone'), target: CONSTRAINTS },
    'blocking',
    'take public.orders."Gone" out of source.excludeConstraints',
  ],
  [
    'exclude-constraints',
    'a table that is not replicated',
    {
      spec: f.withSource({
        tables: { kind: 'schemas', schemas: ['public'], aliases: [] },
        excludeConstraints: [{ schema: 'public', table: 'other', constraint: null }],
      }),
      target: CONSTRAINTS,
    },
    'blocking',
    'take public.other out of source.excludeConstraints',
  ],
  [
    'exclude-constraints',
    'a constraint that is gone, of a table that was copied with it',
    {
      spec: without('orders', 'gone'),
      target: { ...CONSTRAINTS, source: { ...target.source!, syntax: 'tables' } },
      built: true,
    },
    'warning',
    'take public.orders.gone out of source.excludeConstraints',
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
    'steady-size-larger',
    'a steady size that costs more, by what the region says of both',
    {
      spec: f.withMaterialize({
        cluster: { ...f.spec.materialize.cluster, snapshotSize: '50cc', steadySize: 'M.1-nano' },
      }),
    },
    'warning',
    'materialize.cluster.snapshotSize: M.1-nano',
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
    'too many objects in the schema',
    { target: { limits: { ...target.limits, maxPerSchema: 1 } } },
    'blocking',
    'ask Materialize to raise it, or give materialize.schema another schema',
  ],
  [
    'limit-reached',
    'no cluster left',
    { target: { limits: { ...target.limits, usedClusters: 25 } } },
    'blocking',
    null,
  ],
  [
    'name-refused',
    'a table that no statement of Materialize can say',
    {
      spec: f.withSource({ tables: { kind: 'schemas', schemas: ['public'], aliases: [] } }),
      source: { tables: [f.table('.')] },
    },
    'blocking',
    'rename it upstream, or source.exclude: [public."."]',
  ],
  [
    'name-clash',
    'a view of that name',
    { target: { schemaItems: [{ id: 'u5', name: 'orders', type: 'view' }] } },
    'blocking',
    'source.tables: [public.orders as public_orders]',
  ],
  [
    'name-clash',
    'a table called like the secret',
    { spec: f.withSource({ tables: { kind: 'all', aliases: [] } }), source: { tables: [f.table('shop_password')] } },
    'blocking',
    'source.aliases: [public.shop_password as public_shop_password]',
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
    'cluster-sized-elsewhere',
    'a schedule switches it on and off',
    {
      built: true,
      target: { cluster: { ...target.cluster!, sizedBy: { kind: 'schedule', hydrationSize: null } } },
    },
    'warning',
    'ALTER CLUSTER "ingest_shop" SET (SCHEDULE = MANUAL);',
  ],
  [
    'copy-under-way',
    'a first copy at another size than the file says',
    {
      built: true,
      target: {
        cluster: { ...target.cluster!, size: '100cc' },
        source: { ...target.source!, children: target.source!.children.map((one) => ({ ...one, committed: false })) },
      },
    },
    'info',
    null,
  ],
  [
    'no-credits',
    'no room for both sizes of a resize',
    {
      built: true,
      target: {
        resizesInBackground: true,
        credits: { limit: 2.4, used: 2.25 },
        cluster: {
          ...target.cluster!,
          size: '200cc',
          replicas: [{ id: 'u1', name: 'r1', size: '200cc', status: 'online' }],
        },
      },
    },
    'warning',
    'have max_credit_consumption_rate raised, or stop or shrink other clusters',
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

const admin = (managed: SourceFacts['managed'], group: string, name = 'admin'): Case => ({
  spec: f.postgresSpec(),
  source: {
    ...{ neon: null, managed, versionNum: 150_000 },
    user: { ...prepared.user, name, replication: false, memberOf: [group] },
  },
});
const member = { ...role, replication: false, memberOf: ['rds_replication'] };
const plain = f.table('orders').columns;
const inserts = { insert: true, update: false, delete: false, truncate: false };

/** code, what looks like it, and the systems that show it. */
const SILENT: [string, string, Case][] = [
  [
    'exclude-constraints',
    'a constraint that was dropped as it was meant to be',
    {
      spec: without('orders', 'gone'),
      target: {
        ...CONSTRAINTS,
        source: {
          ...target.source!,
          syntax: 'tables',
          children: [f.child('orders', { excludeConstraints: ['gone'] }), f.child('customers')],
        },
      },
      built: true,
    },
  ],
  ['read-only-login', 'a standby where all is set up', { built: true, source: { standby: true } }],
  ['read-only-login', 'a read-only login with nothing to set up', { built: true, source: { readOnly: true } }],
  ['role-creation', 'an administrator of RDS before 16', admin('rds', 'rds_superuser')],
  ['role-creation', 'an administrator of Cloud SQL before 16', admin('cloud-sql', 'cloudsqlsuperuser')],
  ['role-creation', 'an administrator of Azure before 16', admin('azure', 'azure_pg_admin')],
  ['role-creation', 'the postgres of Supabase before 16', admin('supabase', 'pg_monitor', 'postgres')],
  ['role-attributes', 'a member of rds_replication on RDS', { source: { managed: 'rds', role: member } }],
  ['schema-usage', 'a schema that the login may let in', { source: orders({ schemaGrantable: true }) }],
  ['schema-usage', 'a schema for everybody', { source: orders({ schemaGrantable: false, schemaOpen: true }) }],
  [
    'schema-usage',
    'a schema the role may use',
    { source: { role: { ...role, memberOf: [] }, ...orders({ schemaGrantable: false, schemaUsable: true }) } },
  ],
  ['generated-columns', 'a default', { source: orders({ columns: plain }) }],
  [
    'generated-columns',
    'a stored column of a table that is copied',
    { built: true, source: { tables: prepared.tables.map((table) => ({ ...table, columns: [...plain, stored] })) } },
  ],
  [
    'other-publication-columns',
    'a row filter',
    { source: orders({ publications: [f.publishedBy('x', { filtered: true })] }) },
  ],
  [
    'other-publication-columns',
    'a list in a publication of inserts',
    { source: orders({ publications: [{ ...narrow, publishes: inserts }] }) },
  ],
  [
    'other-publication-columns',
    'generated columns left out before 18',
    { source: orders({ columns: [stored], publications: [f.publishedBy('x')] }) },
  ],
  [
    'other-publication-columns',
    'generated columns in both, on 18',
    {
      source: {
        versionNum: 180_000,
        ...orders({ columns: [stored], publications: [f.publishedBy('x', { generatedColumns: 'stored' })] }),
      },
    },
  ],
  [
    'other-publication-columns',
    'a virtual column, which is told as such',
    { source: { versionNum: 180_000, ...orders({ columns: [virtual], publications: [f.publishedBy('x')] }) } },
  ],
  ['inherited-table', 'a table nobody inherits from', {}],
  [
    'identity-full-cost',
    'a table that has it already',
    { source: orders({ replicaIdentity: 'full', rowBytes: 4096, written: hot }) },
  ],
  [
    'identity-full-cost',
    'a rate of a few minutes',
    { source: orders({ rowBytes: 4096, written: { changes: 36_000, seconds: 360 } }) },
  ],
  [
    'identity-full-cost',
    'a table that hardly changes',
    { source: orders({ rowBytes: 200, written: { changes: 100, seconds: 3600 } }) },
  ],
  ['identity-full-cost', 'a table nobody analysed', { source: orders({ rowBytes: null, written: hot }) }],
  ['not-a-table', 'a table without columns', { source: orders({ columns: [] }) }],
];

test.each(CASES)('what a plan with %s (%s) prints for the file ends its finding', (_code, _what, seen) => {
  const { spec = f.spec, source, target: to, built = false } = seen;
  if (built) tried(spec, f.preparedSource(source), f.builtTarget(to));
  else tried(spec, f.untouchedSource(source), f.emptyTarget(to));
});

test.each(SILENT)('%s is not found in %s', (code, _what, seen) => {
  expect(run(seen).filter((finding) => finding.code === code)).toEqual([]);
});

test('membership in a role called rds_replication counts on RDS only', () => {
  const found = run({ source: { managed: null, role: member } }).map(({ code }) => code);
  expect(found).toContain('role-attributes');
});

test('a wide row is warned of from the threshold on, and not below it', () => {
  const severity = (rowBytes: number, changes: number) =>
    run({ source: orders({ rowBytes, written: { changes, seconds: 3600 } }) })
      .filter(({ code }) => code === 'identity-full-cost')
      .map((finding) => finding.severity);
  const hottest = 256 * 1024 ** 2;
  expect(severity(2048, hottest / 2048)).toEqual(['warning']);
  expect(severity(2047, hottest)).toEqual(['info']);
  expect(severity(2048, hottest / 2048 - 1)).toEqual(['info']);
});

test('the cost of full identities is told table by table, the dearest first, with width and rate', () => {
  const tables = [
    f.table('orders', { rowBytes: 100, written: { changes: 7200, seconds: 3600 } }),
    f.table('customers', { rowBytes: 1000, written: { changes: 72_000, seconds: 3600 } }),
  ];
  const found = run({ source: { tables } }).filter(({ code }) => code === 'identity-full-cost');
  expect(found.map(({ sentence }) => sentence)).toEqual([
    'logging old rows whole adds about 69 MiB of WAL an hour: public.customers 69 MiB (rows of 1000 B, 20 updates and deletes a second), public.orders 703 KiB (rows of 100 B, 2 updates and deletes a second)',
  ]);
});

test('the step that sets full identities says what each costs, where that is known', () => {
  const tables = [f.table('orders', { rowBytes: 100, written: { changes: 60, seconds: 3600 } }), f.table('customers')];
  const { steps } = makePlan(f.spec, f.untouchedSource({ tables }), f.emptyTarget(), f.notWatched);
  expect(steps.find(({ id }) => id === 'replica-identity')?.changes).toEqual([
    'public.orders: default → full: about 5.9 KiB of WAL an hour more (rows of 100 B, 60 updates and deletes an hour)',
    'public.customers: default → full',
  ]);
});

test('what holds for a thousand tables is said once', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `t${at}`);
  const make = (name: string) =>
    f.table(name, {
      columns: [...plain, stored],
      publications: [f.publishedBy('analytics', { columns: ['id'], entry: { schema: 'public', name } })],
      ...{ rowBytes: 4096, written: hot, heirs: name === 't7' ? heirs : { count: 0, first: [] } },
    });
  const found = run({
    spec: f.withSource({ tables: { kind: 'all', aliases: [] } }),
    source: { tables: names.map(make) },
    target: { limits: { ...target.limits, maxSources: 5000, maxTables: 5000 } },
  });
  const once = ['generated-columns', 'other-publication-columns', 'inherited-table', 'identity-full-cost'];
  const counted = once.map((code) => found.filter((finding) => finding.code === code).length);
  expect(counted).toEqual([1, 1, 1, 1]);
  for (const { code, sentence } of found) if (once.includes(code)) expect(sentence.length).toBeLessThan(1000);
});

test('of schemas and all a partitioned table is taken as one, unless its partitions are there one by one', () => {
  const all = f.withSource({ tables: { kind: 'all', aliases: [] } });
  const top = { schema: 'public', name: 'sales' };
  const tables = [
    f.table('sales', f.partitioned({ count: 2 })),
    f.table('sales_1', { ...f.partitioned(), partitionOf: [top] }),
    f.table('orders', { partitionOf: [{ schema: 'public', name: 'sales_1' }, top] }),
    f.table('customers', { partitionOf: [top] }),
    f.table('plain'),
  ];
  const names = (from: Partial<SourceFacts>, to: TargetFacts) =>
    makePlan(all, f.preparedSource({ tables, ...from }), to, f.watched).tables.map(({ name }) => name);
  expect(names({}, f.emptyTarget())).toEqual(['plain', 'sales']);
  expect(names({}, f.builtTarget())).toEqual(['customers', 'orders', 'plain']);
  // One of its partitions is excluded, or in another schema.
  const without = tables.filter(({ name }) => name !== 'customers');
  expect(names({ tables: without }, f.emptyTarget())).toEqual(['orders', 'plain']);
  const unsent = { count: 1, first: [{ schema: 'public', name: 'sales_9', why: 'foreign' as const }] };
  const mixed = [f.table('sales', f.partitioned({ unsent })), ...tables.slice(2)];
  expect(names({ tables: mixed }, f.emptyTarget())).toEqual(['customers', 'orders', 'plain']);
});

test('parents among all tables are left out of the plan, and taken where Materialize has them', () => {
  const all = f.withSource({ tables: { kind: 'all', aliases: [] } });
  const tables = [f.table('orders', { heirs }), f.table('customers'), f.table('card_payment')];
  const plan = (to: TargetFacts) => makePlan(all, f.preparedSource({ tables }), to, f.watched);
  expect(plan(f.emptyTarget()).tables.map(({ name }) => name)).toEqual(['card_payment', 'customers']);
  const built = plan(f.builtTarget());
  expect(built.tables.map(({ name }) => name)).toEqual(['card_payment', 'customers', 'orders']);
  expect(built.removed).toEqual([]);
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
    source: { pooler: pooledNeon, usedReplicationSlots: 9, missingTables: [{ schema: 'a', name: 'b' }] },
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
  expect(changed[0]?.sentence).toContain('copying it again: about 1,000 rows, 8.0 KiB, roughly 30 s at 200cc');
});
