import { planRotation, type RotateLook } from '../../../src/core/repair/rotate-plan';
import type { RoleSpec } from '../../../src/core/spec/types';
import { builtTarget, mark, postgresSpec, preparedSource, spec } from '../plan/fixtures';

const look = (change: Partial<RotateLook> = {}): RotateLook => ({
  ...{ spec, role: preparedSource().role, secret: { comment: mark }, connection: builtTarget().connection },
  ...{ sourceExists: true, otherUsers: [], lacksSignal: null },
  ...change,
});
const via = (role: RoleSpec) => planRotation(look({ spec: postgresSpec({ role }) }));

test('through the Neon API, the plan says what it sets, whom it interrupts, and asks for agreement', () => {
  const plan = planRotation(look());
  expect(plan).toMatchObject({ pipeline: 'shop', findings: [], changes: 2 });
  expect(plan.steps).toEqual([
    {
      id: 'rotate',
      action: 'change',
      object: 'password of materialize',
      sentence:
        'a new password for role materialize through the Neon API, stored in secret shop_password, validated; the old one proven dead',
      changes: [],
      interrupts:
        'Neon drops the open connections to the compute; whoever else logs in as materialize with the old password is locked out',
      irreversible: 'the old password cannot be brought back',
      approval: 'reset-password',
    },
    {
      id: 'reconnect',
      action: 'change',
      object: 'source shop_source',
      sentence: 'let source shop_source log in again, and see it run and hold its slot',
      changes: [],
      interrupts: 'its tables stand still for some seconds',
      irreversible: null,
      approval: null,
    },
  ]);
  expect(plan.needsApproval).toEqual([
    {
      key: 'reset-password',
      step: 'rotate',
      reason:
        'change the password of materialize: Neon drops the open connections to the compute; whoever else logs in as materialize with the old password is locked out; the old password cannot be brought back',
    },
  ]);
});

test('by SQL nothing is dropped by Neon', () => {
  const [rotate] = via({ name: 'materialize', via: 'sql' }).steps;
  expect(rotate?.sentence).toContain('a new password for role materialize by SQL, stored');
  expect(rotate?.interrupts).toBe('whoever else logs in as materialize with the old password is locked out');
});

test('a given password is only stored again: nobody is locked out, nobody has to agree', () => {
  const plan = via({ name: 'materialize', via: 'given', password: 'env:N2M_SECRET_ROLE' });
  expect(plan.steps[0]).toMatchObject({ interrupts: null, irreversible: null, approval: null });
  expect(plan.steps[0]?.sentence).toContain('the password that env:N2M_SECRET_ROLE holds now, stored');
  expect(plan.needsApproval).toEqual([]);
});

test('who reads the same secret, and a secret that was adopted, are named', () => {
  const [rotate] = planRotation(look({ secret: { comment: null }, otherUsers: ['bi', 'ops'] })).steps;
  expect(rotate?.sentence).toContain('secret shop_password (adopted), validated');
  expect(rotate?.interrupts).toMatch(/is locked out; bi, ops read the same secret$/);
});

test.each<[string, Partial<RotateLook>]>([
  ['role materialize does not exist', { role: null }],
  ['secret shop_password does not exist', { secret: null }],
  ['connection shop_postgres does not exist', { connection: null }],
  ['source shop_source does not exist', { sourceExists: false }],
  ['role materialize, source shop_source do not exist', { role: null, sourceExists: false }],
])('nothing is rotated where %s', (sentence, change) => {
  const finding = { code: 'nothing-to-rotate', severity: 'blocking', subject: 'shop', sentence };
  expect(planRotation(look(change))).toEqual({
    ...{ pipeline: 'shop', steps: [], changes: 0, needsApproval: [] },
    findings: [{ ...finding, fix: 'n2m apply FILE makes what is missing' }],
  });
});

test('a login that could not bring the source to use it sets no new password', () => {
  const owner = postgresSpec({ role: { name: 'materialize', via: 'sql' } });
  expect(planRotation(look({ spec: owner, lacksSignal: 'own"er' }))).toMatchObject({
    steps: [],
    findings: [
      {
        ...{ code: 'standby-signals', severity: 'blocking', subject: 'own"er' },
        fix: 'as a superuser on the primary: GRANT pg_signal_backend TO "own""er";',
      },
    ],
  });
  const given = postgresSpec({ role: { name: 'materialize', via: 'given', password: 'env:N2M_SECRET_ROLE_MZ' } });
  expect(planRotation(look({ spec: given, lacksSignal: 'owner' }))).toMatchObject({ changes: 2, findings: [] });
});
