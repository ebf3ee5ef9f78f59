import { roleFindings } from '../../../../src/core/objects/role/findings';
import type { SessionLimit } from '../../../../src/core/objects/role/facts';
import type { SourceFacts } from '../../../../src/core/plan/facts';
import { testFindings, prepared, publication, role, orders, run, type Case } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

const limit = (setting: SessionLimit['setting'], ms: number): SessionLimit => ({ setting, ms, inDatabase: false });
const given = { name: 'materialize', via: 'given', password: 'env:N2M_SECRET_ROLE' } as const;
const bySql = { name: 'materialize', via: 'sql' } as const;
const admin = (managed: SourceFacts['managed'], group: string, name = 'admin'): Case => ({
  spec: f.postgresSpec(),
  source: {
    ...{ neon: null, managed, versionNum: 150_000 },
    user: { ...prepared.user, name, replication: false, memberOf: [group] },
  },
});
const member = { ...role, replication: false, memberOf: ['rds_replication'] };

testFindings(roleFindings, {
  raised: [
    ['role-missing', 'a given role that is missing', { spec: f.withSource({ role: given }) }, 'blocking', null],
    [
      'role-is-login',
      'a role by SQL that is the login itself',
      { spec: f.withSource({ role: { ...bySql, name: prepared.user.name } }) },
      'blocking',
      'name another role under source.role',
    ],
    [
      'role-is-login',
      'the login itself, given to Materialize',
      { spec: f.withSource({ role: { ...given, name: prepared.user.name } }) },
      'warning',
      'name another role under source.role',
    ],
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
  ],

  silent: [
    ['role-creation', 'an administrator of RDS before 16', admin('rds', 'rds_superuser')],
    ['role-creation', 'an administrator of Cloud SQL before 16', admin('cloud-sql', 'cloudsqlsuperuser')],
    ['role-creation', 'an administrator of Azure before 16', admin('azure', 'azure_pg_admin')],
    ['role-creation', 'the postgres of Supabase before 16', admin('supabase', 'pg_monitor', 'postgres')],
    ['role-attributes', 'a member of rds_replication on RDS', { source: { managed: 'rds', role: member } }],
  ],
});

test('membership in a role called rds_replication counts on RDS only', () => {
  const found = run({ source: { managed: null, role: member } }).map(({ code }) => code);
  expect(found).toContain('role-attributes');
});
