import { MockActivityEnvironment } from '@temporalio/testing';
import { ensureRole } from '../../src/activities/role/ensure';
import { ensureGrants } from '../../src/activities/grants';
import type { Deps } from '../../src/activities/support/deps';
import type { StepResult } from '../../src/core/plan/types';
import type { StepInput } from '../../src/activities/types';
import { OWNER, pipeline, startShared, type Shared } from './support/server';

let shared: Shared;
beforeAll(async () => {
  // Before 16 a login with CREATEROLE may hand any role on, as the administrators of a managed server may.
  shared = await startShared({ version: 14 });
});
afterAll(() => shared?.stop());

const run = (step: (deps: Deps, input: StepInput) => Promise<StepResult>, input: StepInput): Promise<StepResult> =>
  new MockActivityEnvironment().run(() => step(shared.deps, input));

const input = (schema: string, role: string): StepInput => {
  const tables = [{ schema, name: 'thing', alias: null }];
  const spec = pipeline('login', [], { role: { name: role, via: 'sql' }, tables: { kind: 'list', tables } });
  const planned = tables.map((table) => ({ ...table, target: 'thing', fresh: true, estimatedRows: null, bytes: '0' }));
  return { spec, tables: planned, removed: [], syntax: 'subsources', planned: 'create' };
};

const roleOf = (name: string) =>
  shared.sql(
    `SELECT rolreplication AS replication, ARRAY(SELECT g.rolname::text FROM pg_auth_members m
            JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS groups
     FROM pg_roles r WHERE rolname = '${name}'`,
  );

it('takes the warning that a privilege was not given for the refusal it is, and names who has to', async () => {
  await shared.sql(`CREATE SCHEMA lent; GRANT USAGE, CREATE ON SCHEMA lent TO ${OWNER}; CREATE ROLE reader LOGIN;
    CREATE TABLE lent.thing (id int PRIMARY KEY); ALTER TABLE lent.thing OWNER TO ${OWNER}`);
  const refused = input('lent', 'reader');
  await expect(run(ensureGrants, refused)).rejects.toMatchObject({
    info: {
      type: 'PermissionDenied',
      retryable: false,
      message: expect.stringContaining('schema lent') as string,
      hint: expect.stringContaining('GRANT USAGE ON SCHEMA "lent" TO "reader"') as string,
    },
  });
  await shared.sql('GRANT USAGE ON SCHEMA lent TO reader');
  await expect(run(ensureGrants, refused)).resolves.toMatchObject({ outcome: 'changed' });
});

it('makes a role that replicates by membership where that is what counts, and is not stopped by a second look', async () => {
  await shared.sql(`CREATE ROLE rds_superuser; CREATE ROLE rds_replication; GRANT rds_superuser TO ${OWNER};
    CREATE TABLE public.thing (id int PRIMARY KEY); ALTER TABLE public.thing OWNER TO ${OWNER}`);
  try {
    const wanted = input('public', 'by_group');
    await expect(run(ensureRole, wanted)).resolves.toMatchObject({ outcome: 'created' });
    expect(await roleOf('by_group')).toEqual([{ replication: false, groups: ['rds_replication'] }]);
    await shared.sql('REVOKE rds_replication FROM by_group');
    await run(ensureRole, { ...wanted, planned: 'change' });
    expect(await roleOf('by_group')).toEqual([{ replication: false, groups: ['rds_replication'] }]);
  } finally {
    await shared.sql('DROP ROLE rds_superuser');
  }
});

it('does not take such a membership for anything where nobody runs the server', async () => {
  await shared.sql(`CREATE ROLE plain LOGIN; GRANT rds_replication TO plain`);
  await expect(run(ensureRole, { ...input('public', 'plain'), planned: 'change' })).rejects.toMatchObject({
    info: { type: 'PermissionDenied', code: '42501' },
  });
});
