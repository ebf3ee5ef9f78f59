import { writeAdded, type Added } from '../../src/core/destroy/added';
import type { DestroyPlan } from '../../src/core/destroy/types';
import { writeMark } from '../../src/core/plan/ownership';
import { materializeTries } from './database/create-in-materialize';
import { Attacked, run } from './start-workflows/started';
import { timescaleTries } from './database/timescale';
import { attack } from './tries';

const CREATOR = { user: 'creator', password: 'creator-password-4711' };
const DEBEZIUM = 'debezium';
/** Of another pipeline, or of somebody's Materialize without n2m. */
const OTHERS = `materialize_${'0123456789abcdef'.repeat(2)}`;

let attacked: Attacked;
let before: DestroyPlan;
beforeAll(async () => {
  attacked = await Attacked.start({ rbac: true, users: ['intern'] });
  await run(attacked.materialize.urlFor('mz_system'), [
    'GRANT CREATECLUSTER ON SYSTEM TO materialize, intern',
    'GRANT USAGE, CREATE ON DATABASE materialize TO materialize, intern',
  ]);
  await attacked.upstream([
    `CREATE ROLE creator LOGIN PASSWORD '${CREATOR.password}'`,
    'GRANT CREATE ON DATABASE shop TO creator',
    'CREATE ROLE app LOGIN',
    'CREATE ROLE materialize LOGIN REPLICATION',
    `SELECT pg_create_logical_replication_slot('${DEBEZIUM}', 'pgoutput')`,
    `SELECT pg_create_logical_replication_slot('${OTHERS}', 'pgoutput')`,
    'SET ROLE owner',
    'GRANT USAGE ON SCHEMA public TO app',
    'GRANT SELECT ON orders TO app',
    'ALTER TABLE customers REPLICA IDENTITY FULL',
  ]);
  before = await planned();
}, 120_000);
afterAll(() => attacked?.stop());

const planned = (deps = attacked.deps()) =>
  attacked.call('planDestroy', { spec: attacked.spec(), leaveUpstream: false, known: null }, deps);

const mark = (added: Added[]): string => writeMark('shop', added.map(writeAdded));

/** As somebody who may create in the database; afterwards it is gone again. */
async function forged(added: Added[], test: () => Promise<void>, name = 'forged'): Promise<void> {
  const comment = mark(added).replaceAll("'", "''");
  await attacked.upstream(
    [`CREATE PUBLICATION "${name}"`, `COMMENT ON PUBLICATION "${name}" IS '${comment}'`],
    'shop',
    CREATOR,
  );
  try {
    await test();
  } finally {
    await attacked.upstream([`DROP PUBLICATION "${name}"`]);
  }
}

const SLOT = (name: string): Added => ({ kind: 'slot', name });
const GRANTS: Added[] = [
  { kind: 'usage', role: 'app', schema: 'public' },
  { kind: 'select', role: 'app', schema: 'public', name: 'orders' },
  { kind: 'future', role: 'app', owner: 'owner', schema: 'public' },
];
const IDENTITY: Added = { kind: 'identity', schema: 'public', name: 'customers', before: 'nothing', index: null };
const ROLE: Added = { kind: 'role', name: 'materialize' };

/** What the forger wrote is no part of any plan: the plan is the one from before. */
const ignored = (added: Added[], name?: string) => () =>
  forged(added, async () => expect(await planned()).toEqual(before), name);

/** Whatever an activity is told that was recorded. */
async function nothingDone(activity: 'revokeGrants' | 'restoreIdentity' | 'removeRole', added: Added[]): Promise<void> {
  const state = () =>
    attacked.upstream([
      `SELECT (SELECT json_agg(r.rolname ORDER BY 1) FROM pg_roles r) AS roles,
              (SELECT json_agg(c.relreplident::text || coalesce(c.relacl::text, '') ORDER BY c.relname)
               FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace) AS tables`,
    ]);
  const was = await state();
  await forged(added, async () => {
    const plan = { ...before, known: { slot: null, added } };
    await attacked.call(activity, { spec: attacked.spec(), plan });
  });
  expect(await state()).toEqual(was);
}

attack(
  'a role that may create in the database',
  {
    "a comment that records another tool's slot": ignored([SLOT(DEBEZIUM)]),
    "a comment that records another pipeline's slot": ignored([SLOT(OTHERS)]),
    'a comment that records privileges of another role': ignored(GRANTS),
    'a comment that records the replica identity of a table': ignored([IDENTITY]),
    'a comment that records the role of the pipeline': ignored([ROLE]),
    'all of it, with the name of the record': ignored([SLOT(OTHERS), ...GRANTS, IDENTITY, ROLE], 'n2m_shop.record'),

    'all of it, where the login is a superuser': async () => {
      const url = new URL(attacked.postgres.superuserUrl);
      url.pathname = '/shop';
      const deps = attacked.deps(attacked.secrets({ env: { ...attacked.env, N2M_SECRET_POSTGRES_URL: url.href } }));
      const asSuperuser = await planned(deps);
      await forged([SLOT(DEBEZIUM), SLOT(OTHERS), ...GRANTS, IDENTITY, ROLE], async () =>
        expect(await planned(deps)).toEqual(asSuperuser),
      );
    },

    'the name of the publication, with a mark': () =>
      forged(
        [SLOT(OTHERS)],
        async () => {
          const plan = await planned();
          const fates = plan.steps.filter(({ fate }) => fate === 'remove' || fate === 'leave');
          expect(fates).toEqual([]);
          const { findings, steps } = await attacked.call('makePlan', { spec: attacked.spec() });
          expect(findings).toContainEqual(
            expect.objectContaining({ code: 'claimed-publication', subject: 'publication n2m_shop' }),
          );
          expect(steps.find(({ id }) => id === 'publication')?.action).toBe('conflict');
        },
        'n2m_shop',
      ),

    'a plan that names privileges of another role': () => nothingDone('revokeGrants', GRANTS),
    'a plan that names the replica identity of a table': () => nothingDone('restoreIdentity', [IDENTITY]),
    'a plan that names a role nobody marked': () => nothingDone('removeRole', [ROLE]),

    'a slot of another tool': async () => {
      const spec = attacked.spec();
      expect(await attacked.refusal('removeSlot', { spec, slot: DEBEZIUM })).toMatchObject({
        type: 'InvalidPipeline',
        message: expect.stringContaining('slot') as string,
      });
      expect(await slots()).toEqual([DEBEZIUM, OTHERS]);
    },

    'a slot of another tool, by the name of one of Materialize’s': async () => {
      const slot = `materialize_${'e'.repeat(32)}`;
      const made = { logical: `'${slot}', 'test_decoding'`, physical: `'${slot}'` };
      for (const [kind, as] of Object.entries(made)) {
        await attacked.upstream([`SELECT pg_create_${kind}_replication_slot(${as})`]);
        try {
          expect(await attacked.refusal('removeSlot', { spec: attacked.spec(), slot })).toMatchObject({
            type: 'Conflict',
            message: expect.stringContaining('not one that Materialize made here') as string,
          });
          expect(await slots()).toContain(slot);
        } finally {
          await attacked.upstream([`SELECT pg_drop_replication_slot('${slot}')`]);
        }
      }
    },

    'a slot of another database': async () => {
      const slot = `materialize_${'f'.repeat(32)}`;
      await attacked.upstream([`SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`], 'postgres');
      expect(await attacked.refusal('removeSlot', { spec: attacked.spec(), slot })).toMatchObject({
        type: 'Conflict',
        message: expect.stringContaining('not one that Materialize made here') as string,
      });
      expect(await slots()).toContain(slot);
      await attacked.upstream([`SELECT pg_drop_replication_slot('${slot}')`], 'postgres');
    },

    ...timescaleTries(() => attacked, CREATOR),
    ...materializeTries(() => attacked),
  },
  60_000,
);

const slots = async () =>
  (await attacked.upstream(['SELECT slot_name FROM pg_replication_slots ORDER BY 1'])).map((row) => row.slot_name);
