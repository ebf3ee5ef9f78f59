import { findDamage } from '../../../src/core/repair/damage';
import type { RepairLook } from '../../../src/core/repair/types';
import { planRepair } from '../../../src/core/repair/plan';
import { commentStatement, grantsOf, withoutIds } from '../../../src/core/repair/privileges';
import type { RepairPlan } from '../../../src/core/repair/types';
import { packIds } from '../../../src/core/watch/readings/id-runs';
import type { SourceReading, Symptom, TargetReading, WatchMemory } from '../../../src/core/watch/types';
import { builtTarget, emptyPlan, preparedSource, spec } from '../plan/fixtures';

const SLOT = `materialize_${'0'.repeat(32)}`;
const built = builtTarget();
const facts = preparedSource();
const found = { ...built.source!, slot: SLOT };

const symptom = (rule: string, severity: Symptom['severity'] = 'terminal'): Symptom => ({
  ...{ rule, severity, table: null, cause: `${rule} it is`, next: 'n2m repair shop' },
});

function look(change: Partial<RepairLook> = {}): RepairLook {
  return {
    spec,
    symptoms: [],
    memory: null,
    upstream: { slot: { slot: SLOT, exists: true } } as SourceReading,
    target: { source: { error: null, stalledSince: [] }, tables: [] } as unknown as TargetReading,
    ...{ facts, source: found, passwordRefused: false },
    ...change,
  };
}

function planned(change: Partial<RepairLook> = {}, rest: Partial<Parameters<typeof planRepair>[0]> = {}): RepairPlan {
  const seen = look(change);
  const scene = { ...seen, damage: findDamage(seen), dependents: [], connection: built.connection, after: emptyPlan() };
  return planRepair({ ...scene, attempts: 0, ...rest });
}
const keys = (plan: RepairPlan) => plan.needsApproval.map(({ key }) => key);
const ids = (plan: RepairPlan) => plan.steps.map(({ id }) => id);

describe('what mends what', () => {
  it('does nothing where nothing is broken', () => {
    expect(planned()).toMatchObject({ changes: 0, needsApproval: [], findings: [] });
  });

  it('rotates a refused password and drops nothing', () => {
    expect(ids(planned({ passwordRefused: true }))).toEqual(['rotate', 'reconnect']);
  });

  it('drops a dead table alone', () => {
    const [first, ...others] = found.children;
    const error = 'postgres: table was truncated';
    const source = { ...found, children: [{ ...first!, status: 'stalled', error }, ...others] };
    const plan = planned({ source });
    expect(ids(plan)).toEqual(['keep-definitions', 'drop-dead-tables']);
    expect(plan.damage.dead.map(({ id }) => id)).toEqual([first!.id]);
  });

  it('does not take what the whole source suffers from, or what may get well, for a dead table', () => {
    const shown = 'postgres: db error: FATAL: the database system is shutting down';
    const children = found.children.map((child) => ({ ...child, error: shown }));
    expect(planned({ source: { ...found, error: shown, children } }).changes).toBe(0);
    const retracted = found.children.map((child) => ({ ...child, error: 'postgres: invalid UTF8 string' }));
    expect(planned({ source: { ...found, children: retracted } }).changes).toBe(0);
  });

  it.each([
    'slot-lost',
    'slot-missing',
    'source-restored',
    'publication-missing',
    'server-restored',
    'changes-left-out',
  ])('makes the source again for %s', (rule) => {
    const plan = planned({ symptoms: [symptom(rule)] });
    expect(ids(plan)).toEqual(['keep-definitions', 'drop-source', 'remove-slot']);
    expect(keys(plan)).toContain('recreate-source');
  });

  it('sees a missing slot without a memory of it, but not one that was never made', () => {
    const upstream = { slot: { slot: SLOT, exists: false } } as SourceReading;
    expect(ids(planned({ upstream }))).toContain('drop-source');
    const children = found.children.map((child) => ({ ...child, committed: false }));
    expect(planned({ upstream, source: { ...found, children } }).changes).toBe(0);
  });

  it('drops a table that left the publication, also before Materialize noticed: it misses changes', () => {
    const tables = facts.publication!.tables.filter(({ name }) => name !== 'orders');
    const plan = planned({ facts: { ...facts, publication: { ...facts.publication!, tables } } });
    expect(ids(plan)).toEqual(['keep-definitions', 'drop-dead-tables']);
    expect(plan.damage.dead.map(({ id }) => id)).toEqual(['u-orders']);
  });

  describe('what a publication left out is copied again, and nothing else stops it', () => {
    const publication = facts.publication!;
    const mended = { severity: 'blocking' as const, subject: 's', sentence: 'it leaves out', fix: 'n2m repair shop' };

    it('operations: all of it', () => {
      const narrow = { ...publication, publishes: { ...publication.publishes, update: false } };
      const blocking = [{ ...mended, code: 'publication-operations' }];
      const plan = planned({ facts: { ...facts, publication: narrow } }, { after: emptyPlan({ findings: blocking }) });
      expect(plan.findings).toEqual([]);
      expect(ids(plan)).toEqual(['keep-definitions', 'drop-source', 'remove-slot']);
      const children = found.children.map((child) => ({ ...child, committed: false }));
      expect(ids(planned({ facts: { ...facts, publication: narrow }, source: { ...found, children } }))).toEqual([
        'publication',
      ]);
    });

    it.each([{ filtered: true }, { columns: ['id'] }])('%j: that table', (less) => {
      const tables = publication.tables.map((table) => (table.name === 'orders' ? { ...table, ...less } : table));
      const blocking = [{ ...mended, code: 'publication-narrowed' }];
      const plan = planned(
        { facts: { ...facts, publication: { ...publication, tables } } },
        { after: emptyPlan({ findings: blocking }) },
      );
      expect(plan.findings).toEqual([]);
      expect(plan.damage.dead.map(({ id }) => id)).toEqual(['u-orders']);
    });

    it('also after it was put back by hand', () => {
      const told = { ...symptom('table-narrowed', 'critical'), table: 'public.orders' };
      expect(planned({ symptoms: [told] }).damage.dead.map(({ id }) => id)).toEqual(['u-orders']);
    });

    it('also one of so many that the watch names only the first', () => {
      const more = { ...symptom('table-narrowed', 'critical'), cause: '11 more tables, one of them: it is narrowed' };
      const memory = {
        latched: [],
        latchedMore: [{ ...more, count: 1, ids: packIds(['u-orders']) }],
      } as unknown as WatchMemory;
      expect(planned({ symptoms: [more], memory }).damage.dead.map(({ id }) => id)).toEqual(['u-orders']);
    });
  });

  it('puts a publication right that Materialize has not missed yet', () => {
    const plan = planned({
      facts: { ...facts, publication: null },
      symptoms: [symptom('publication-missing', 'critical')],
    });
    expect(ids(plan)).toEqual(['publication']);
  });
});

describe('what never leads to a recreate', () => {
  const lost = { symptoms: [symptom('slot-lost')] };
  const codes = (plan: RepairPlan) => plan.findings.map(({ code }) => code);

  it.each<[string, string, Partial<RepairLook>, object]>([
    ['an empty slot name', 'no-slot-name', { source: { ...found, slot: '' } }, {}],
    [
      'a connection that leads elsewhere',
      'other-upstream',
      {},
      { connection: { ...built.connection!, host: 'elsewhere' } },
    ],
    ['a database without any of the tables', 'other-database', { facts: { ...facts, tables: [] } }, {}],
    ['a source of somebody else', 'not-ours', { source: { ...found, comment: null } }, {}],
  ])('%s blocks as %s', (_what, code, change, rest) => {
    expect(codes(planned({ ...lost, ...change }, rest))).toContain(code);
  });

  it('what would stop the run afterwards, too', () => {
    const finding = { code: 'x', severity: 'blocking' as const, subject: 's', sentence: 'no free slot', fix: null };
    expect(codes(planned(lost, { after: emptyPlan({ findings: [finding] }) }))).toEqual(['x']);
  });

  it('asks for a person after three repairs in a day', () => {
    expect(keys(planned(lost, { attempts: 2 }))).not.toContain('repair-again');
    expect(keys(planned(lost, { attempts: 3 }))).toContain('repair-again');
  });
});

describe('definitions', () => {
  const name = { database: 'materialize', schema: 'shop', name: 'By "day"' };

  it('turns an access list into grants, without what the owner has', () => {
    const roles = new Map([['u3', 'reader']]);
    expect(grantsOf('{u1=arwd/u1,u3=r/u1,=r/u1,u9=r/u1}', name, 'u1', roles)).toEqual([
      'GRANT SELECT ON TABLE "materialize"."shop"."By ""day""" TO "reader"',
      'GRANT SELECT ON TABLE "materialize"."shop"."By ""day""" TO PUBLIC',
    ]);
    expect(grantsOf('{p=r/u1}', name, 'u1', roles)[0]).toContain('TO PUBLIC');
  });

  it('names by name what a catalog names by id', () => {
    const sql = 'CREATE INDEX i IN CLUSTER [u2] ON [u8 AS "materialize"."shop"."a]b"] (id)';
    expect(withoutIds(sql, new Map([['u2', 'ingest']]))).toBe(
      'CREATE INDEX i IN CLUSTER "ingest" ON "materialize"."shop"."a]b" (id)',
    );
  });

  it('quotes comments of objects and columns', () => {
    expect(commentStatement('materialized-view', name, null, "it's")).toBe(
      `COMMENT ON MATERIALIZED VIEW "materialize"."shop"."By ""day""" IS 'it''s'`,
    );
    expect(commentStatement('view', name, 'a b', 'x')).toContain('COLUMN "materialize"."shop"."By ""day"""."a b"');
  });
});
