import type { DependentFacts } from '../../../src/core/objects/source/facts';
import type { SourceFacts } from '../../../src/core/plan/facts';
import type { Finding } from '../../../src/core/plan/types';
import { suspectsPassword } from '../../../src/core/objects/role/repair';
import { findDamage } from '../../../src/core/repair/damage';
import type { RepairLook } from '../../../src/core/repair/types';
import { planRepair } from '../../../src/core/repair/plan';
import type { RepairPlan } from '../../../src/core/repair/types';
import type { SourceReading, Symptom, TargetReading } from '../../../src/core/watch/types';
import {
  builtTarget,
  child,
  emptyPlan,
  mark,
  postgresSpec,
  preparedSource,
  spec,
  table,
  withSource,
} from '../plan/fixtures';

const SLOT = `materialize_${'0'.repeat(32)}`;
const facts = preparedSource();
const built = builtTarget();
const found = { ...built.source!, slot: SLOT };
const truncated = { status: 'stalled', error: 'postgres: table was truncated' };
const CAUSE = 'what happened';

const symptom = (rule: string, severity: Symptom['severity'] = 'terminal', cause = CAUSE): Symptom => ({
  ...{ rule, severity, table: null, cause, next: 'n2m repair shop' },
});
const slotIs = (slot: string | null, exists: boolean) => ({ slot: { slot, exists } }) as SourceReading;
const look = (change: Partial<RepairLook> = {}): RepairLook => ({
  ...{
    spec,
    symptoms: [],
    memory: null,
    upstream: slotIs(SLOT, true),
    target: { tables: [] } as unknown as TargetReading,
    facts,
    source: found,
  },
  ...{ passwordRefused: false },
  ...change,
});
const planned = (change: Partial<RepairLook>, rest: Partial<Parameters<typeof planRepair>[0]> = {}): RepairPlan => {
  const seen = look(change);
  const scene = { ...seen, damage: findDamage(seen), dependents: [], connection: built.connection, after: emptyPlan() };
  return planRepair({ ...scene, attempts: 0, ...rest });
};
const lost = { symptoms: [symptom('slot-lost')] };
const deadOrders = { source: { ...found, children: [child('orders', truncated), child('customers')] } };
const view: DependentFacts = { id: 'u9', type: 'view', name: 'shop.v' };

describe('damage', () => {
  test('is nothing where there is nothing: no source, no publication, no symptom', () => {
    const none = { password: false, recreate: [], dead: [], converge: [] };
    expect(findDamage(look())).toEqual(none);
    expect(findDamage(look({ source: null }))).toEqual(none);
    expect(findDamage(look({ source: null, facts: { ...facts, publication: null } }))).toEqual(none);
  });

  test('that lost the slot is named by its causes, each once', () => {
    const symptoms = [symptom('slot-lost'), symptom('slot-missing'), symptom('source-restored', 'critical', 'other')];
    expect(findDamage(look({ symptoms })).recreate).toEqual([CAUSE, 'other']);
    expect(findDamage(look({ symptoms, source: null })).recreate).toEqual([]);
    expect(findDamage(look({ symptoms: [symptom('not-running')] })).recreate).toEqual([]);
  });

  test('spares single tables where all of them are made again', () => {
    expect(findDamage(look({ ...lost, ...deadOrders })).dead).toEqual([]);
    expect(findDamage(look(deadOrders)).dead).toMatchObject([{ id: 'u-orders', why: truncated.error }]);
  });

  test('of a slot that is gone is told from a slot of another name, and from one nobody has read', () => {
    const gone = (upstream: SourceReading, change = {}) =>
      findDamage(look({ upstream, source: { ...found, ...change } })).recreate;
    expect(gone(slotIs(SLOT, false))).toEqual([`slot ${SLOT} is gone from the server`]);
    expect(gone(slotIs('materialize_other', false))).toEqual([]);
    expect(gone(slotIs(null, false), { slot: null })).toEqual([]);
    const half = [child('orders', { committed: false }), child('customers')];
    expect(gone(slotIs(SLOT, false), { children: half })).toHaveLength(1);
  });

  test('that a run puts right is told by its cause, other symptoms are not', () => {
    const rules = ['publication-missing', 'table-identity', 'source-missing', 'not-running'];
    const symptoms = rules.map((rule) => symptom(rule, 'critical', `${rule} it is`));
    expect(findDamage(look({ symptoms })).converge).toEqual([
      'publication-missing it is',
      'table-identity it is',
      'source-missing it is',
    ]);
  });

  test('of a publication is seen before Materialize notices it', () => {
    const publication = facts.publication!;
    const converge = (change: Partial<SourceFacts>) => findDamage(look({ facts: { ...facts, ...change } })).converge;
    expect(converge({ publication: null })).toEqual(['publication n2m_shop does not exist']);
    expect(
      converge({ publication: { ...publication, publishes: { ...publication.publishes, truncate: false } } }),
    ).toEqual(['publication n2m_shop: publish truncate, too']);
    const [orders, customers] = facts.tables;
    const weak = { ...orders!, replicaIdentity: 'default' as const };
    expect(converge({ tables: [weak, customers!] })).toEqual(['replica identity of public.orders: default → full']);
    expect(converge({ tables: [orders!, customers!, table('unrelated')] })).toEqual([]);
    expect(converge({ tables: [orders!], publication: { ...publication, tables: [publication.tables[1]!] } })).toEqual(
      [],
    );
  });

  test('of a table that left the publication says so, where the table is still there', () => {
    const publication = { ...facts.publication!, tables: facts.publication!.tables.slice(1) };
    expect(findDamage(look({ facts: { ...facts, publication } })).dead).toEqual([
      {
        ...{ id: 'u-customers', kind: 'subsource', upstream: { schema: 'public', name: 'customers' } },
        item: { database: 'materialize', schema: 'shop', name: 'customers' },
        why: 'it is not in publication n2m_shop any more',
      },
    ]);
    const elsewhere = [child('orders'), child('old', { upstream: { schema: 'public', name: 'old' } })];
    expect(findDamage(look({ source: { ...found, children: elsewhere } })).dead).toEqual([]);
  });
});

test.each([
  ['now', { error: 'FATAL: password authentication failed for user "materialize"', stalledSince: [] }, true],
  [
    'lately',
    { error: null, stalledSince: [{ error: 'x' }, { error: 'password authentication failed for user' }] },
    true,
  ],
  ['never', { error: null, stalledSince: [] }, false],
  ['of something else', { error: 'postgres: slot overcompacted', stalledSince: [{ error: 'whatever' }] }, false],
])('a source that was told %s suspects its password: %#', (_when, source, suspects) => {
  expect(suspectsPassword({ source } as unknown as TargetReading)).toBe(suspects);
});

describe('the plan', () => {
  test('of nothing has nothing, whatever would block it', () => {
    const blocking: Finding[] = [{ code: 'x', severity: 'blocking', subject: 's', sentence: 'no', fix: null }];
    expect(planned({}, { after: emptyPlan({ findings: blocking }), dependents: [view], attempts: 9 })).toEqual({
      ...{ pipeline: 'shop', findings: [], steps: [], changes: 0, needsApproval: [], symptoms: [], dependents: [] },
      ...{ damage: { password: false, recreate: [], dead: [], converge: [] }, slot: SLOT, attempts: 9 },
    });
    expect(planned({ source: null }).slot).toBeNull();
  });

  test('to put a publication right is one step that names what it changes', () => {
    const symptoms = [symptom('table-identity', 'critical', 'a'), symptom('source-missing', 'critical', 'b')];
    const { steps, needsApproval } = planned({ symptoms });
    const [step] = steps;
    expect(steps).toHaveLength(1);
    expect(step).toMatchObject({ id: 'publication', action: 'change', object: 'publication n2m_shop' });
    expect(step).toMatchObject({ sentence: 'put right: a; b', changes: ['a', 'b'] });
    expect(needsApproval).toEqual([{ key: 'repair', step: 'publication', reason: 'put right: a; b' }]);
  });

  test('is left to the run where something is dropped anyway', () => {
    const symptoms = [symptom('slot-lost'), symptom('table-identity', 'critical', 'a')];
    expect(planned({ symptoms }).steps.map(({ id }) => id)).toEqual(['keep-definitions', 'drop-source', 'remove-slot']);
  });

  test('of a refused password says whom it locks out, and who has to agree', () => {
    const { steps, needsApproval } = planned({ passwordRefused: true });
    expect(steps[0]).toEqual({
      ...{ id: 'rotate', action: 'change', object: 'password of materialize', changes: [], approval: null },
      sentence: 'a new password for materialize, in secret shop_password',
      interrupts: 'whoever else logs in as materialize is locked out',
      irreversible: 'the old password cannot be brought back',
    });
    expect(needsApproval).toEqual([
      { key: 'repair', step: 'rotate', reason: steps.map(({ sentence }) => sentence).join('; ') },
      {
        ...{ key: 'reset-password', step: 'rotate' },
        reason: 'change the password of materialize: whoever else uses it is locked out',
      },
    ]);
  });

  test('asks nobody to change a password that the file gives', () => {
    const role = { name: 'materialize', via: 'given', password: 'env:N2M_SECRET_ROLE' } as const;
    const keys = planned({ passwordRefused: true, spec: postgresSpec({ role }) }).needsApproval.map(({ key }) => key);
    expect(keys).toEqual(['repair']);
    expect(planned(deadOrders).needsApproval.map(({ key }) => key)).toEqual(['repair']);
  });

  test('asks to copy anew, to make again what others built, and to repair once more', () => {
    expect(planned(lost, { dependents: [view], attempts: 3 }).needsApproval.slice(1)).toEqual([
      {
        ...{ key: 'recreate-source', step: 'drop-source' },
        reason: 'make 2 tables again: all their rows are copied anew',
      },
      {
        ...{ key: 'rebuild-dependents', step: 'keep-definitions' },
        reason: 'drop and make again what others built on it: view shop.v',
      },
      {
        ...{ key: 'repair-again', step: 'keep-definitions' },
        reason: '3 repairs within a day did not hold: look for the cause first',
      },
    ]);
    expect(planned({ passwordRefused: true }, { dependents: [view] }).needsApproval).toHaveLength(2);
    expect(planned({ passwordRefused: true }, { dependents: [view] }).dependents).toEqual([]);
    expect(planned(lost, { dependents: [view] }).dependents).toEqual([view]);
  });

  test('to make the source again copies each of its tables, and proves its slot gone', () => {
    const drop = planned(lost).steps.find(({ id }) => id === 'drop-source');
    expect(drop?.changes).toEqual([CAUSE, 'copy public.orders again', 'copy public.customers again']);
    expect(drop?.sentence).toBe(`drop source shop_source, to make it again: ${CAUSE}`);
    expect(planned(lost).steps.at(-1)?.object).toBe(`slot ${SLOT}`);
  });
});

describe('what stops it', () => {
  const blocked = (change: Partial<RepairLook>, rest = {}) => planned(change, rest).findings;
  const theirs = { comment: null };

  test('a connection that leads elsewhere, with all that differs, also where nothing is dropped', () => {
    const connection = { ...built.connection!, host: 'elsewhere', port: 6000 };
    expect(blocked({ passwordRefused: true }, { connection })).toEqual([
      {
        ...{ code: 'other-upstream', severity: 'blocking', subject: 'shop_postgres' },
        sentence: expect.stringMatching(
          /^connection shop_postgres leads elsewhere than the file: host: .*, port: /,
        ) as string,
        fix: 'n2m apply FILE changes the connection; repair after that',
      },
    ]);
    expect(blocked(lost, { connection: null })).toEqual([]);
  });

  test('a source of somebody else: a person may drop it by hand', () => {
    expect(blocked({ ...lost, source: { ...found, ...theirs } })).toEqual([
      {
        ...{ code: 'not-ours', severity: 'blocking', subject: 'source shop_source' },
        sentence: 'source shop_source was not made by n2m, which drops only its own',
        fix: 'DROP SOURCE IF EXISTS "materialize"."shop"."shop_source" CASCADE; then n2m apply FILE',
      },
    ]);
    expect(blocked({ passwordRefused: true, source: { ...found, ...theirs } })).toEqual([]);
  });

  test('tables of somebody else: by hand, each as what it is', () => {
    const children = [child('orders', truncated), child('customers', { ...truncated, kind: 'table' })];
    const [finding] = blocked({ source: { ...found, ...theirs, children } });
    expect(finding?.fix?.split('; ')).toEqual([
      expect.stringMatching(/^DROP SOURCE .*"orders"/) as string,
      expect.stringMatching(/^DROP TABLE .*"customers"/) as string,
      'then n2m apply FILE',
    ]);
  });

  test('a source without a slot of Materialize, where it is to be made again', () => {
    for (const slot of [null, '', 'mine']) {
      expect(blocked({ ...lost, source: { ...found, slot } })).toMatchObject([
        {
          ...{ code: 'no-slot-name', subject: 'source shop_source' },
          fix: 'n2m status shop says what is wrong with it; where it has to be made again: n2m destroy shop, then n2m apply FILE',
          sentence: 'Materialize names no slot of source shop_source: nothing proves that it lost one',
        },
      ]);
    }
    expect(blocked({ source: { ...deadOrders.source, slot: null } })).toEqual([]);
  });

  test('a database that has none of the tables: it is another one', () => {
    expect(blocked({ ...lost, facts: { ...facts, tables: [] } })).toMatchObject([
      {
        ...{ code: 'other-database', subject: 'source shop_source', fix: 'check the file' },
        sentence:
          'none of its 2 tables exists in database shop there: it looks like another project, branch or database',
      },
    ]);
    expect(
      blocked({ ...lost, facts: { ...facts, tables: [], publication: null }, source: { ...found, children: [] } }),
    ).toEqual([]);
  });

  test('a dead table that is gone upstream, where others are there', () => {
    const children = [child('orders', truncated), child('customers'), child('items', truncated)];
    const source = { ...found, children };
    const here = (...names: string[]) => ({ ...facts, tables: names.map((name) => table(name)) });
    const gone = (tables: string) => [
      {
        ...{ code: 'table-gone', severity: 'blocking', subject: tables },
        sentence: `${tables} does not exist upstream any more`,
        fix: 'take it out of the file, then n2m apply',
      },
    ];
    expect(blocked({ source, facts: here('customers', 'items') })).toEqual(gone('public.orders'));
    expect(blocked({ source, facts: here('customers') })).toEqual(gone('public.orders, public.items'));
    expect(blocked({ source, facts: here('orders', 'items') })).toEqual([]);
    const schemas = withSource({ tables: { kind: 'schemas', schemas: ['public'], aliases: [] } });
    expect(blocked({ spec: schemas, source, facts: here('customers', 'items') })).toMatchObject([{ fix: 'n2m apply' }]);
    const codes = blocked({ source: { ...found, children: [children[0]!] }, facts: here() }).map(({ code }) => code);
    expect(codes).toEqual(['other-database']);
  });

  test('what would block a run, told once', () => {
    const blocking = ['x', 'not-ours', 'y'].map((code): Finding => ({
      code,
      severity: 'blocking',
      subject: 's',
      sentence: 'no',
      fix: null,
    }));
    const codes = (comment: string | null) =>
      blocked({ ...lost, source: { ...found, comment } }, { after: emptyPlan({ findings: blocking }) }).map(
        ({ code }) => code,
      );
    expect(codes(null)).toEqual(['not-ours', 'x', 'y']);
    expect(codes(mark)).toEqual(['x', 'not-ours', 'y']);
    expect(
      blocked({ passwordRefused: true, spec: withSource({}) }, { after: emptyPlan({ findings: blocking }) }),
    ).toEqual([]);
  });
});
