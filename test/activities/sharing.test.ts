import { randomUUID } from 'node:crypto';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { removePublication, removeRecord, unpublish } from '../../src/activities/publication';
import { removeRole } from '../../src/activities/role/remove';
import { revokeGrants } from '../../src/activities/grants';
import { restoreIdentity } from '../../src/activities/replica-identity';
import { watchOptions } from '../../src/activities/watch/schedule';
import { destroyReport, type Told } from '../../src/core/destroy/report';
import type { DestroyReport } from '../../src/core/destroy/types';
import type { StepId } from '../../src/core/plan/types';
import type { PipelineSpec, RoleSpec } from '../../src/core/spec/types';
import { lookAt, OWNER, perform, pipeline, setUp, startShared, type Shared } from './support/server';

jest.setTimeout(120_000);

let shared: Shared;
const watched: PipelineSpec[] = [];
beforeAll(async () => (shared = await startShared()), 120_000);
afterAll(async () => {
  for (const { name } of watched)
    await shared.temporal.schedule
      .getHandle(`pipeline/${name}/watch`)
      .delete()
      .catch(() => undefined);
  await shared?.stop();
});

/** What one case leaves is another pipeline for the next. */
afterEach(async () => {
  for (const table of readers.splice(0)) {
    await shared.target(`DROP SOURCE s_${table} CASCADE`, `DROP CONNECTION c_${table}`, `DROP SECRET p_${table}`);
  }
  await shared.sql(
    `DO $$ DECLARE p text; BEGIN FOR p IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', p); END LOOP; END $$`,
  );
});

const readers: string[] = [];

/** A table of its own for each case, and a role that was there before. */
async function scene(): Promise<{ table: string; role: RoleSpec & { via: 'given' } }> {
  const unique = randomUUID().slice(0, 6);
  const [table, role] = [`t_${unique}`, `r_${unique}`];
  await shared.sql(
    `CREATE TABLE ${table} (id int PRIMARY KEY, note text); ALTER TABLE ${table} OWNER TO ${OWNER}; CREATE ROLE ${role} LOGIN REPLICATION`,
  );
  return { table, role: { name: role, via: 'given', password: 'env:N2M_SECRET_ROLE' } };
}

async function watch(spec: PipelineSpec): Promise<void> {
  const options = watchOptions(spec, shared.deps.taskQueue);
  await shared.temporal.schedule.create({
    ...options,
    policies: { overlap: ScheduleOverlapPolicy.SKIP },
    state: { paused: true },
  });
  watched.push(spec);
}

const STEPS: [StepId, typeof unpublish][] = [
  ['unpublish', unpublish],
  ['restore-identity', restoreIdentity],
  ['remove-grants', revokeGrants],
  ['remove-role', removeRole],
  ['remove-publication', removePublication],
  ['remove-record', removeRecord],
];

/** As the workflow does it upstream. */
async function takeDown(spec: PipelineSpec): Promise<DestroyReport> {
  const plan = await lookAt(shared, spec);
  const told: Told = {};
  for (const [id, step] of STEPS) {
    if (!plan.steps.some((one) => one.id === id && one.fate === 'remove')) continue;
    const { outcome, sentence } = await perform(shared, step, spec, plan);
    if (outcome === 'kept') told[id] = sentence;
  }
  return destroyReport(plan, await lookAt(shared, spec, plan.known), 1, told);
}

/** The watch is not taken down here: it says who else there is. */
const of = (report: DestroyReport, fate: string) =>
  report.objects
    .filter((one) => one.fate === fate && !one.object.startsWith('watch'))
    .map(({ object, why }) => `${object}: ${why ?? ''}`);

const mayRead = async (role: string, table: string): Promise<unknown> =>
  (await shared.sql(`SELECT has_table_privilege('${role}', '${table}', 'SELECT') AS may`))[0]?.may;
const identity = async (table: string): Promise<unknown> =>
  (await shared.sql(`SELECT relreplident::text AS i FROM pg_class WHERE oid = '${table}'::regclass`))[0]?.i;
const publications = async (spec: PipelineSpec): Promise<unknown[]> =>
  shared.sql(`SELECT pubname FROM pg_publication WHERE obj_description(oid, 'pg_publication') LIKE '%"${spec.name}"%'`);

describe('two pipelines on one table and one given role', () => {
  it('the first to go leaves the second what it needs, and the last takes it all back', async () => {
    const { table, role } = await scene();
    const [a, b] = ['a', 'b'].map((name) => pipeline(name, [table], { role })) as [PipelineSpec, PipelineSpec];
    await setUp(shared, a);
    await setUp(shared, b);
    await watch(b);

    const first = await takeDown(a);
    expect(of(first, 'left-behind')).toEqual([]);
    expect(of(first, 'kept')).toEqual([
      `replica identity that pipeline ${b.name} needs: stays: public.${table} is published by n2m_${b.name.replaceAll('-', '_')}, pipeline ${b.name}, too; the record of pipeline ${b.name} has it from then on`,
      `privileges that pipeline ${b.name} needs: stays: pipeline ${b.name} needs it; the record of pipeline ${b.name} has it from then on`,
      `role ${role.name}: stays: the file says it is given`,
    ]);
    expect(await publications(a)).toEqual([]);
    expect([await mayRead(role.name, table), await identity(table)]).toEqual([true, 'f']);

    const last = await takeDown(b);
    expect(of(last, 'left-behind')).toEqual([]);
    expect([await mayRead(role.name, table), await identity(table)]).toEqual([false, 'd']);
    expect(await publications(b)).toEqual([]);
  });

  it('takes back what the other reads as another role', async () => {
    const { table, role } = await scene();
    const other = await scene();
    const a = pipeline('a', [table], { role });
    const b = pipeline('b', [table], { role: other.role });
    await setUp(shared, a);
    await setUp(shared, b);
    await watch(b);
    await takeDown(a);
    expect([await mayRead(role.name, table), await mayRead(other.role.name, table)]).toEqual([false, true]);
  });

  it('leaves to a person what is needed by a source that people made, with the statement', async () => {
    const { table, role } = await scene();
    const a = pipeline('a', [table], { role });
    await setUp(shared, a);
    await shared.sql(`CREATE PUBLICATION by_hand_${table} FOR TABLE ${table}; ALTER ROLE ${role.name} PASSWORD 'p'`);
    await made(table, role.name, `by_hand_${table}`);
    const report = await takeDown(a);
    const who = `source materialize.public.s_${table} in Materialize`;
    expect(report.objects).toContainEqual({
      object: 'privileges that others may need',
      fate: 'left-behind',
      why: `is left behind: ${who} needs it`,
      run: expect.arrayContaining([`REVOKE SELECT ON "public"."${table}" FROM "${role.name}";`]) as string[],
    });
    expect([await mayRead(role.name, table), await identity(table)]).toEqual([true, 'f']);
  });

  it('keeps its own publication where somebody else reads it', async () => {
    const { table, role } = await scene();
    const a = pipeline('a', [table], { role });
    await setUp(shared, a);
    await shared.sql(`ALTER ROLE ${role.name} PASSWORD 'p'`);
    await made(table, role.name, a.source.publication);
    const report = await takeDown(a);
    expect(of(report, 'left-behind')).toContainEqual(
      `publication ${a.source.publication}: is left behind: source materialize.public.s_${table} in Materialize reads it`,
    );
    const tables = await shared.sql(
      `SELECT tablename FROM pg_publication_tables WHERE pubname = '${a.source.publication}'`,
    );
    expect(tables).toEqual([{ tablename: table }]);
  });
});

/** A connection and a source by hand. */
async function made(table: string, role: string, publication: string): Promise<void> {
  readers.push(table);
  await shared.target(
    `CREATE SECRET p_${table} AS 'p'`,
    `CREATE CONNECTION c_${table} TO POSTGRES (HOST '127.0.0.1', PORT ${shared.server.port}, USER '${role}', PASSWORD SECRET p_${table}, DATABASE 'shop')`,
    `CREATE SOURCE s_${table} IN CLUSTER quickstart FROM POSTGRES CONNECTION c_${table} (PUBLICATION '${publication}') FOR TABLES (public.${table})`,
  );
}

describe('two pipelines on a publication of somebody else', () => {
  it('the first to go leaves the table there, the last takes it out', async () => {
    const { table, role } = await scene();
    const other = await scene();
    const publication = `theirs_${table}`;
    await shared.sql(
      `CREATE PUBLICATION ${publication} FOR TABLE ${other.table} WITH (publish = 'insert'); ALTER PUBLICATION ${publication} OWNER TO ${OWNER}`,
    );
    const [a, b] = ['a', 'b'].map((name) => pipeline(name, [table], { role, publication })) as [
      PipelineSpec,
      PipelineSpec,
    ];
    await setUp(shared, a);
    await setUp(shared, b);
    await watch(b);
    const published = () =>
      shared.sql(
        `SELECT t.tablename, p.pubupdate FROM pg_publication p JOIN pg_publication_tables t ON t.pubname = p.pubname
         WHERE p.pubname = '${publication}' AND t.tablename = '${table}'`,
      );
    expect(of(await takeDown(a), 'left-behind')).toEqual([]);
    expect([await published(), await identity(table), await mayRead(role.name, table)]).toEqual([
      [{ tablename: table, pubupdate: true }],
      'f',
      true,
    ]);
    expect(of(await takeDown(b), 'left-behind')).toEqual([]);
    expect([await published(), await identity(table), await mayRead(role.name, table)]).toEqual([[], 'd', false]);
    expect(await shared.sql(`SELECT pubupdate FROM pg_publication WHERE pubname = '${publication}'`)).toEqual([
      { pubupdate: false },
    ]);
  });
});

describe('a role that the pipeline made', () => {
  it('stays while a pipeline in another database may log in as it, or one cannot be looked at', async () => {
    const { table } = await scene();
    const role = { name: `made_${table}`, via: 'sql' as const };
    const a = pipeline('a', [table], { role });
    await shared.sql(
      `CREATE ROLE ${role.name} LOGIN REPLICATION; COMMENT ON ROLE ${role.name} IS '{"managedBy":"n2m","pipeline":"${a.name}"}';
       GRANT ${role.name} TO ${OWNER} WITH ADMIN OPTION`,
    );
    await setUp(shared, a);
    await shared.sql(`CREATE DATABASE d_${table}`);
    await shared.sql(
      `CREATE PUBLICATION n2m_far; COMMENT ON PUBLICATION n2m_far IS '{"managedBy":"n2m","pipeline":"far"}'`,
      `d_${table}`,
    );
    const role_ = (plan: Awaited<ReturnType<typeof lookAt>>) => plan.steps.find(({ id }) => id === 'remove-role');
    const plan = await lookAt(shared, a);
    expect(role_(plan)).toMatchObject({ fate: 'leave', why: 'is left behind: pipeline far needs it' });
    await shared.sql(`REVOKE CONNECT ON DATABASE d_${table} FROM PUBLIC`);
    expect(role_(await lookAt(shared, a))).toMatchObject({
      fate: 'leave',
      why: expect.stringContaining(`could not tell whether anybody else needs it: database d_${table}`) as string,
    });
    // Planned to go, and needed by the time: the step looks again.
    const { outcome } = await perform(shared, removeRole, a, plan);
    expect(outcome).toBe('kept');
    await shared.sql(`DROP DATABASE d_${table}`);
    expect(of(await takeDown(a), 'left-behind')).toEqual([]);
    expect(await shared.sql(`SELECT 1 FROM pg_roles WHERE rolname = '${role.name}'`)).toEqual([]);
  });
});
