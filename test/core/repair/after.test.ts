import type { Definition } from '../../../src/core/plan/definition';
import type { Rebuild } from '../../../src/core/plan/types';
import { makePlan } from '../../../src/core/plan/plan';
import { afterTakeDown, withDrift } from '../../../src/core/repair/after';
import { planRepair } from '../../../src/core/repair/plan';
import type { Damage } from '../../../src/core/repair/types';
import type { SourceReading, TargetReading } from '../../../src/core/watch/types';
import { builtTarget, child, emptyPlan, preparedSource, spec, watched, withSource } from '../plan/fixtures';

const item = { database: 'materialize', schema: 'shop', name: 'v' };
const owed: Definition = {
  ...{ id: 'u9', type: 'view', name: 'materialize.shop.v', item, sql: 'CREATE VIEW v AS SELECT 1', owner: null },
  ...{ grants: [], comments: [] },
};
const SLOT = 'materialize_0123456789abcdef0123456789abcdef';
const NONE: Damage = { password: false, recreate: [], dead: [], converge: [] };
const built = builtTarget();
const orders = built.source!.children[0]!;
const dead: Rebuild['damage']['dead'] = [
  { id: orders.id, kind: 'subsource', upstream: orders.upstream, why: 'x', item: { ...item, name: 'orders' } },
];
const sides = { facts: preparedSource(), target: built };
const changes = ({ facts, target }: typeof sides) =>
  makePlan(spec, facts, target, watched).steps.flatMap(({ id, action }) =>
    action === 'keep' || action === 'adopt' ? [] : [`${action} ${id}`],
  );

describe('both sides after what is broken was dropped', () => {
  it('are the same where nothing is dropped', () => {
    expect(afterTakeDown(sides, NONE)).toEqual(sides);
  });

  it('have no source, nothing of its names, and its slot free again', () => {
    const left = afterTakeDown(sides, { ...NONE, recreate: ['the slot is lost'] });
    expect(left.target.source).toBeNull();
    expect(left.target.schemaItems.map(({ name }) => name)).toEqual(['shop_password', 'shop_postgres']);
    expect(left.facts).toMatchObject({ slots: [], usedReplicationSlots: 1 });
    expect(left.target.limits).toMatchObject({ usedSources: 0, usedTables: 3 });
    expect(changes(left)).toEqual(expect.arrayContaining(['create source']));
  });

  it('count no slot as free that is gone already', () => {
    const facts = preparedSource({ slots: [] });
    expect(afterTakeDown({ facts, target: built }, { ...NONE, recreate: ['x'] }).facts).toEqual(facts);
  });

  it('have the source without the dead tables and what is built on them', () => {
    const view = { id: 'u9', name: 'materialize.shop.v', type: 'view' };
    const other = { id: 'u8', name: 'materialize.shop.w', type: 'view' };
    const source = {
      ...built.source!,
      children: [child('orders', { dependents: [view] }), child('customers', { dependents: [other] })],
      dependents: [view, other],
    };
    const schemaItems = [...built.schemaItems, { ...view, name: 'v' }];
    const left = afterTakeDown({ facts: sides.facts, target: { ...built, source, schemaItems } }, { ...NONE, dead });
    expect(left.target.source).toMatchObject({ children: [{ name: 'customers' }], dependents: [other] });
    expect(left.target.schemaItems.map(({ id }) => id)).not.toContain('u9');
    expect(left.target.limits).toMatchObject({ usedSources: 2, usedTables: 3 });
    expect(left.facts).toBe(sides.facts);
    expect(changes(left)).toContain('change source');
  });
});

describe('what the file wants made again anyway', () => {
  const elsewhere = { ...built, source: { ...built.source!, cluster: 'another' } };
  const text = withSource({ textColumns: [{ schema: 'public', table: 'customers', column: 'id' }] });

  it('is left to a run where a repair drops nothing', () => {
    expect(withDrift(spec, { ...sides, target: elsewhere }, NONE)).toEqual(NONE);
  });

  it('goes with what is broken, so that nothing is asked after the drop', () => {
    expect(withDrift(spec, { ...sides, target: elsewhere }, { ...NONE, dead })).toEqual({
      ...NONE,
      recreate: ['cluster: another → ingest_shop'],
    });
    const both = withDrift(text, sides, { ...NONE, dead });
    expect(both.dead.map(({ id }) => id)).toEqual(['u-orders', 'u-customers']);
    expect(makePlan(text, sides.facts, afterTakeDown(sides, both).target, watched).rebuild).toBeNull();
  });

  it('is not dropped where the source is somebody else’s', () => {
    const theirs = { ...elsewhere, source: { ...elsewhere.source, comment: null } };
    expect(withDrift(spec, { ...sides, target: theirs }, { ...NONE, dead })).toEqual({ ...NONE, dead });
  });
});

describe('a repair', () => {
  const scene = (damage: Damage) => ({
    ...{
      spec,
      symptoms: [],
      memory: null,
      facts: sides.facts,
      source: { ...built.source!, slot: SLOT },
      passwordRefused: false,
    },
    ...{ upstream: {} as SourceReading, target: {} as TargetReading, connection: built.connection },
    ...{ damage, dependents: [], attempts: 0 },
  });
  const lost = { ...NONE, recreate: ['the slot is lost'] };
  const keys = (damage: Damage, after = emptyPlan()) =>
    planRepair({ ...scene(damage), after }).needsApproval.map(({ key }) => key);
  const asks = emptyPlan({
    needsApproval: ['create-role', 'recreate-source'].map((key) => ({ key, step: 'role', reason: 'because' })),
  });

  it('asks before it drops what the run after it would ask for, once', () => {
    expect(keys(lost, asks)).toEqual(['repair', 'recreate-source', 'create-role']);
    expect(keys({ ...NONE, converge: ['a table'] }, asks)).toEqual(['repair', 'create-role', 'recreate-source']);
  });

  it('asks for nothing of it, and carries none of it, where only the password is wrong', () => {
    expect(keys({ ...NONE, password: true }, asks)).toEqual(['repair', 'reset-password']);
    expect(planRepair({ ...scene({ ...NONE, password: true }), after: asks }).after).toBeUndefined();
  });

  it('makes again what an earlier run left, where nothing else is broken', () => {
    const after = emptyPlan({ owed: [owed] });
    const plan = planRepair({ ...scene(NONE), after });
    expect(plan.steps.map(({ id, sentence }) => [id, sentence])).toEqual([
      ['recreate-dependents', 'make 1 definition again, in order, and compare'],
    ]);
    expect(plan.after).toBe(after);
    expect(planRepair({ ...scene(lost), after }).steps.map(({ id }) => id)).not.toContain('recreate-dependents');
  });
});

describe('a run after one that could not make again what it dropped', () => {
  const again = makePlan(spec, sides.facts, { ...built, owed: [owed] }, watched);

  it('makes it, and has nothing else to do', () => {
    expect(again.owed).toEqual([owed]);
    expect(again.steps.filter(({ action }) => action !== 'keep').map(({ id }) => id)).toEqual([
      'recreate-dependents',
      'running',
    ]);
    expect(again.needsApproval).toEqual([]);
  });

  it('counts it to what it drops itself', () => {
    const source = { ...built.source!, cluster: 'another' };
    const plan = makePlan(spec, sides.facts, { ...built, source, owed: [owed] }, watched);
    expect(plan.steps.find(({ id }) => id === 'recreate-dependents')?.object).toBe('3 definitions');
  });
});
