import { planDestruction, type DestroyLook } from '../../../src/core/destroy/plan';
import { destroyReport } from '../../../src/core/destroy/report';
import type { DestroyPlan } from '../../../src/core/destroy/types';
import { OBJECTS } from '../../../src/core/objects';
import { writeMark } from '../../../src/core/plan/ownership';
import { orphan } from '../plan/fixtures';
import { orders, SLOT, source, spec, target } from './look';

const plan = (change: Partial<DestroyLook> = {}): DestroyPlan =>
  planDestruction({
    ...{ spec, target: target(), source: source(), leaveUpstream: false, known: null },
    watch: { exists: true, paused: false, current: true },
    ...change,
  });
const fate = (made: DestroyPlan, id: string) => made.steps.find((step) => step.id === id);
const due = (made: DestroyPlan) => made.steps.filter((step) => step.fate === 'remove').map((step) => step.id);

describe('a plan to take a pipeline down', () => {
  it('takes everything that is ours, the watch first and the publication, which holds the record, last', () => {
    const recorded = ['identity ["public","orders","default"]'];
    expect(due(plan({ source: source(recorded) }))).toEqual([
      ...['remove-watch', 'remove-source', 'remove-slot', 'remove-connection', 'remove-secret', 'remove-cluster'],
      ...['remove-schema', 'unpublish', 'restore-identity', 'remove-role', 'remove-publication'],
    ]);
  });

  it('takes a cluster it ran on before, and tells what else an earlier file named', () => {
    const orphans = [orphan('cluster', 'ingest_before'), orphan('secret', 'before'), orphan('source', 'shop_before')];
    const made = plan({ target: target({ orphans }) });
    expect(fate(made, 'drop-cluster')).toMatchObject({ fate: 'remove', object: 'cluster ingest_before' });
    expect(fate(made, 'look-at-strays')).toMatchObject({
      fate: 'leave',
      object: 'secret materialize.shop.before, source materialize.shop.shop_before',
      run: [
        'DROP SECRET IF EXISTS "materialize"."shop"."before";',
        'DROP SOURCE IF EXISTS "materialize"."shop"."shop_before" CASCADE;',
      ],
    });
  });

  it('leaves what it did not make, with the reason', () => {
    const made = plan({
      target: target({ cluster: { id: 'u1', comment: null, otherObjects: [] } }),
      source: source([], { role: { ...source().role!, comment: writeMark('other') } }),
    });
    expect(fate(made, 'remove-cluster')).toMatchObject({ fate: 'keep', why: 'stays: it was not made by n2m' });
    expect(fate(made, 'remove-role')).toMatchObject({ fate: 'keep', why: 'stays: it belongs to pipeline other' });
  });

  it('keeps everything that an adopted source needs', () => {
    const found = target();
    const made = plan({ target: { ...found, source: { ...found.source!, comment: null } } });
    expect(due(made)).toEqual(['remove-watch']);
    expect(fate(made, 'remove-slot')?.fate).toBe('absent');
    expect(fate(made, 'remove-cluster')?.why).toContain('runs on it');
    expect(fate(made, 'remove-publication')?.why).toContain('reads it');
  });

  it('names what others built and asks for it apart', () => {
    const found = target();
    const dependents = [{ id: 'u9', type: 'view', name: 'materialize.public.by_day' }];
    const made = plan({ target: { ...found, source: { ...found.source!, dependents } } });
    expect(made.needsApproval.map(({ key }) => key)).toEqual(['destroy', 'drop-dependents']);
    expect(made.needsApproval[1]?.reason).toContain('by_day');
    expect(made.dependents).toEqual(dependents);
  });

  it('lists every statement in what is approved, bounded', () => {
    const { needsApproval, steps } = plan({});
    const { statements = [] } = needsApproval[0] ?? {};
    expect(statements).toEqual(
      expect.arrayContaining(steps.filter(({ fate: f }) => f === 'remove').flatMap(({ run }) => run)),
    );
    expect(statements).toContain('remove-watch: watch of shop');
    const held = Array.from({ length: 1_000 }, (_, n) => ({
      ...{ kind: 'select' as const, role: 'r', schema: 's', name: `t${n}`.repeat(200) },
    }));
    const many = plan({ source: source([], { held }) }).needsApproval[0]?.statements ?? [];
    expect(many).toHaveLength(201);
    expect(many.at(-1)).toMatch(/and \d+ more/);
    expect(Math.max(...many.map(({ length }) => length))).toBeLessThanOrEqual(400);
  });

  it('lists what a step will send up to 500, and what is left for a person whole', () => {
    const added = Array.from({ length: 1_000 }, (_, n) => `identity ["public","t${n}","default"]`);
    const tables = Array.from({ length: 1_000 }, (_, n) => ({ ...orders(['n2m_shop']), name: `t${n}` }));
    const found = source(added, { tables });
    const going = fate(plan({ source: found }), 'restore-identity');
    expect(going).toMatchObject({ fate: 'remove', changes: { length: 500 }, more: 500, run: { length: 501 } });
    expect(going?.run.at(-1)).toBe('-- and 500 more like these');
    const staying = fate(plan({ source: found, leaveUpstream: true }), 'restore-identity');
    expect(staying).toMatchObject({ fate: 'leave', run: { length: 1_000 } });
  });

  it('keeps a schema and a cluster that hold something else', () => {
    const found = target();
    const view = { id: 'u9', name: 'mine', type: 'view' };
    const made = plan({
      target: {
        ...found,
        schema: { ...found.schema, items: [...found.schema.items, view] },
        cluster: { ...found.cluster!, otherObjects: [view] },
      },
    });
    expect(fate(made, 'remove-schema')?.why).toContain('view mine');
    expect(fate(made, 'remove-cluster')?.why).toContain('view mine');
  });

  it('does not weaken a table that another publication reads', () => {
    const tables = [orders(['n2m_shop', 'theirs'])];
    const made = plan({ source: source(['identity ["public","orders","default"]'], { tables }) });
    expect(fate(made, 'restore-identity')).toMatchObject({ fate: 'keep' });
    expect(fate(made, 'restore-identity')?.why).toContain('theirs');
  });

  it('takes exactly the recorded addresses, and leaves a list that would become empty', () => {
    const facts = { roleNames: [], logicalReplication: false, project: 'p' };
    const some = source(['203.0.113.0/24'], { neon: { ...facts, allowedIps: ['198.51.100.7', '203.0.113.0/24'] } });
    expect(fate(plan({ source: some }), 'remove-ips')?.changes).toEqual(['remove 203.0.113.0/24']);
    const only = source(['203.0.113.0/24'], { neon: { ...facts, allowedIps: ['203.0.113.0/24'] } });
    expect(fate(plan({ source: only }), 'remove-ips')).toMatchObject({ fate: 'leave' });
  });

  it('finishes a half-done one: the slot is known from the record after the source is gone', () => {
    const slots = [{ slot: SLOT, exists: true }] as never;
    const made = plan({
      target: target({ source: null, connection: null, secret: null }),
      source: source([`slot ["${SLOT}"]`], { slots }),
    });
    expect(fate(made, 'remove-slot')).toMatchObject({ fate: 'remove', object: `slot ${SLOT}` });
    expect(fate(made, 'remove-source')?.fate).toBe('absent');
  });

  it('never takes a slot of which nothing says that it is ours', () => {
    const made = plan({ target: target({ source: null }), source: source([], { idleSlots: ['materialize_x'] }) });
    expect(fate(made, 'remove-slot')).toMatchObject({ fate: 'keep' });
  });

  it('takes back what it put into the publication of somebody else, and the record of it last', () => {
    const added = [
      'identity ["public","orders","default"]',
      'published ["n2m_shop","public","orders"]',
      'operations ["n2m_shop","insert, update"]',
    ];
    const { publication } = source();
    const theirs = {
      ...publication!,
      tables: [...publication!.tables, { schema: 'public', name: 'theirs', columns: null, filtered: false }],
      comment: null,
    };
    const record = { ...publication!, name: 'n2m_shop.record', tables: [], comment: writeMark('shop', added) };
    const made = plan({ source: source([], { publication: theirs, ours: [record] }) });
    expect(due(made).slice(-4)).toEqual(['unpublish', 'restore-identity', 'remove-role', 'remove-record']);
    expect(fate(made, 'unpublish')?.changes).toEqual([
      'ALTER PUBLICATION "n2m_shop" DROP TABLE ONLY "public"."orders"',
      `ALTER PUBLICATION "n2m_shop" SET (publish = 'insert, update')`,
    ]);
    expect(fate(made, 'remove-publication')).toMatchObject({ fate: 'keep', why: 'stays: it was not made by n2m' });
    expect(destroyReport(made, made, 1).objects.map(({ object }) => object)).toContain(
      'tables of publication n2m_shop',
    );
  });

  it('empties and drops a publication that the file named before', () => {
    const { publication } = source();
    const before = { ...publication!, name: 'before' };
    const made = plan({ source: source([], { ours: [publication!, before] }) });
    expect(fate(made, 'unpublish')?.changes).toHaveLength(2);
    expect(fate(made, 'remove-record')).toMatchObject({ fate: 'remove', object: 'publication before' });
  });

  it('says what remains upstream where it must not be touched, whether it answers or not', () => {
    for (const found of [source(), null]) {
      const made = plan({ source: found, leaveUpstream: true });
      expect(due(made)).not.toContain('remove-publication');
      expect(fate(made, 'remove-publication')).toMatchObject({ fate: 'leave' });
      expect(fate(made, 'remove-slot')?.run.join()).toContain(SLOT);
    }
  });

  it('changes nothing upstream that must not be touched: neither the slot nor what is shared', () => {
    const upstream = OBJECTS.filter((object) => object.destroyUpstream !== undefined).flatMap(
      ({ removals = [] }) => removals,
    );
    const ids = upstream.map(({ id }) => id).filter((id) => id !== 'remove-source');
    expect(ids).toEqual(expect.arrayContaining(['remove-slot', 'unpublish', 'restore-identity', 'remove-ips']));
    expect(due(plan({ leaveUpstream: true })).filter((id) => ids.includes(id))).toEqual([]);
  });

  it('leaves the slot to a person where upstream must not be touched', () => {
    expect(due(plan())).toContain('remove-slot');
    expect(fate(plan({ leaveUpstream: true }), 'remove-slot')).toMatchObject({ fate: 'leave' });
  });
});

describe('the report', () => {
  const gone = plan({
    target: target({
      source: null,
      connection: null,
      secret: null,
      cluster: null,
      schema: { exists: false, comment: null, items: [] },
    }),
    source: source([], { publication: null, ours: [], role: null }),
    watch: { exists: false, paused: false, current: false },
    known: { slot: SLOT, added: [] },
  });

  it('calls removed only what the look afterwards did not find', () => {
    const before = plan();
    expect(destroyReport(before, gone, 1).objects.map((one) => one.fate)).toEqual(
      before.steps.filter(({ id }) => id !== 'unpublish').map(() => 'removed'),
    );
    const report = destroyReport(before, plan(), 1);
    expect(new Set(report.objects.map((one) => one.fate))).toEqual(new Set(['left-behind']));
    expect(report.leftBehind).toBe(report.objects.length);
  });
});
