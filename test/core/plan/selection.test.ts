import type { TargetFacts } from '../../../src/core/plan/facts';
import { makePlan } from '../../../src/core/plan/plan';
import { tablesOf } from '../../../src/core/objects/script';
import { selector, selectionWords, unmatched } from '../../../src/core/objects/tables/selector';
import type { TableSelection } from '../../../src/core/spec/types';
import { specSchema } from '../../../src/core/spec/spec-schema';
import * as f from './fixtures';

const schemas = (change: Partial<Extract<TableSelection, { kind: 'schemas' }>> = {}): TableSelection => ({
  ...{ kind: 'schemas', schemas: ['public'], aliases: [] },
  ...change,
});
const all = (change: Partial<Extract<TableSelection, { kind: 'all' }>> = {}): TableSelection => ({
  ...{ kind: 'all', aliases: [] },
  ...change,
});
const table = (name: string) => {
  const [schema = '', rest = ''] = name.split('.');
  return { schema, name: rest };
};

describe('a selection', () => {
  test.each<[string, TableSelection, string, boolean]>([
    ['a schema', schemas(), 'public.orders', true],
    ['another schema', schemas(), 'sales.orders', false],
    ['a name is no pattern', schemas({ schemas: ['pub*'] }), 'public.orders', false],
    ['a pattern', schemas({ globs: ['tenant_*'] }), 'tenant_7.orders', true],
    ['a name beside a pattern', schemas({ globs: ['tenant_*'] }), 'public.orders', true],
    ['neither', schemas({ globs: ['tenant_*'] }), 'tenant.orders', false],
    ['excluded', schemas({ exclude: ['audit_*'] }), 'public.audit_1', false],
    ['excluded elsewhere', schemas({ exclude: ['sales.audit_*'] }), 'public.audit_1', true],
    ['all', all(), 'x.y', true],
    ['all but a schema', all({ exclude: ['x.*'] }), 'x.y', false],
    ['a list', { kind: 'list', tables: [{ ...table('a.b'), alias: null }] }, 'a.b', true],
    ['not in a list', { kind: 'list', tables: [{ ...table('a.b'), alias: null }] }, 'a.c', false],
  ])('%s', (_what, selection, name, taken) => expect(selector(selection).takes(table(name))).toBe(taken));

  test('tells which of its names and patterns match nothing', () => {
    const selection = schemas({ schemas: ['public', 'Gone'], globs: ['t_*', 'u_*'], exclude: ['t_?.*', 'log'] });
    expect(unmatched(selection, [table('public.a'), table('t_1.b')])).toEqual([
      { key: 'schemas', pattern: '"Gone"' },
      { key: 'schemas', pattern: 'u_*' },
      { key: 'exclude', pattern: 'log' },
    ]);
    expect(unmatched(all(), [])).toEqual([]);
  });

  test('in words is short', () => {
    const many = Array.from({ length: 50 }, (_, at) => `s${at}`);
    expect(selectionWords(schemas({ schemas: many, exclude: ['a', 'b*'] }))).toBe(
      'schemas s0, s1, s2, s3 and 46 more but a, b*',
    );
    expect(selectionWords(all())).toBe('all tables');
  });

  test('is taken as a file can have made it, and not otherwise', () => {
    const ok = (tables: unknown) =>
      specSchema.safeParse(f.withSource({ tables } as Parameters<typeof f.withSource>[0])).success;
    expect(ok(schemas({ globs: ['t_*'], exclude: ['a.*'], targetName: '{schema}_{table}' }))).toBe(true);
    expect(ok(all())).toBe(true);
    expect(ok(schemas({ globs: ['"'] }))).toBe(false);
    expect(ok(all({ exclude: ['a.b.c'] }))).toBe(false);
    expect(ok(all({ targetName: 'x' }))).toBe(false);
  });

  test('is printed by n2m sql with a place for each of its tables', () => {
    const spec = f.withSource({
      tables: schemas({ globs: ['t_*'], exclude: ['a', 'b', 'c', 'd'], targetName: '{schema}_{table}' }),
    });
    const name = '<each table but a, b, c, …>';
    expect(tablesOf(spec)).toEqual([
      { schema: 'public', name, alias: `public_${name}` },
      { schema: '<each schema t_*>', name, alias: `<each schema t_*>_${name}` },
    ]);
  });
});

describe('names by a template', () => {
  const source = f.preparedSource({
    tables: ['t_1', 't_2', 't_3'].flatMap((schema) => ['a', 'b'].map((name) => f.table(name, { schema }))),
  });
  const plan = (tables: TableSelection, target: TargetFacts = f.emptyTarget(), facts = source) =>
    makePlan(f.withSource({ tables }), facts, target, f.notWatched);
  const naming = (found: ReturnType<typeof plan>) =>
    found.findings.filter(({ code }) => ['duplicate-target', 'target-too-long', 'name-clash'].includes(code));

  test('tell tables of many schemas apart; an alias goes before', () => {
    const aliases = [{ ...table('t_2.a'), alias: 'mine' }];
    const { tables, ...rest } = plan(schemas({ schemas: [], globs: ['t_*'], aliases, targetName: '{schema}_{table}' }));
    expect(tables.map(({ target }) => target)).toEqual(['t_1_a', 't_1_b', 'mine', 't_2_b', 't_3_a', 't_3_b']);
    expect(naming({ tables, ...rest })).toEqual([]);
  });

  test('are offered once, whatever the number of tables of one name', () => {
    const found = naming(plan(all()));
    expect(found).toMatchObject([
      {
        code: 'duplicate-target',
        sentence: '4 tables would be called what another one is in Materialize: t_2.a, t_2.b, t_3.a, t_3.b',
        fix: 'source.targetName: "{schema}_{table}"',
      },
    ]);
  });

  test('that do not tell them apart give way to others, or to aliases where few collide', () => {
    const odd = f.preparedSource({ tables: [f.table('c', { schema: 'a_b' }), f.table('b_c', { schema: 'a' })] });
    expect(naming(plan(all(), f.emptyTarget(), odd))).toEqual([]);
    const few = naming(plan(all({ targetName: '{schema}_{table}' }), f.emptyTarget(), odd));
    expect(few.map(({ fix }) => fix)).toEqual(['source.aliases: [a_b.c as a_b_c_2]']);
    const many = f.preparedSource({
      tables: ['1', '2', '3', '4', '5', '6'].flatMap((n) => [
        f.table(`b_${n}`, { schema: 'a' }),
        f.table(n, { schema: 'a_b' }),
      ]),
    });
    const found = naming(plan(all({ targetName: '{schema}_{table}' }), f.emptyTarget(), many));
    expect(found.map(({ fix }) => fix)).toEqual(['source.targetName: "{schema}__{table}"']);
  });

  test('leave a name alone that another object has', () => {
    const target = f.emptyTarget({ schemaItems: [{ id: 'u9', name: 't_2_b', type: 'view' }] });
    expect(naming(plan(all(), target)).map(({ fix }) => fix)).toEqual(['source.targetName: "{schema}__{table}"']);
  });

  test('that are too long are one finding', () => {
    const found = naming(plan(all({ targetName: `${'x'.repeat(242)}_{schema}_{schema}_{schema}_{table}` })));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ code: 'target-too-long', fix: 'source.targetName: "{schema}_{table}"' });
    expect(found[0]?.sentence).toContain(
      '6 tables would have a name longer than the 255 bytes Materialize takes: t_1.a',
    );
  });
});

describe('what a file excludes', () => {
  const built = (exclude: string[]) => {
    const selection = schemas({ ...(exclude.length > 0 && { exclude }) });
    return makePlan(f.withSource({ tables: selection }), f.preparedSource(), f.builtTarget(), f.watched);
  };

  test('and has in Materialize is dropped, after approval', () => {
    const plan = built(['cust*']);
    expect(plan.tables.map(({ name }) => name)).toEqual(['orders']);
    expect(plan.removed.map(({ name }) => name)).toEqual(['customers']);
    expect(plan.needsApproval.map(({ key }) => key)).toEqual(['drop-table:public.customers']);
  });

  test('and no longer excludes is added', () => {
    const target = f.builtTarget();
    const source = { ...target.source!, children: target.source!.children.filter(({ name }) => name === 'orders') };
    const plan = makePlan(f.withSource({ tables: schemas() }), f.preparedSource(), { ...target, source }, f.watched);
    expect(plan.tables.map(({ name, fresh }) => [name, fresh])).toEqual([
      ['customers', true],
      ['orders', false],
    ]);
    expect(built([]).changes).toBe(0);
  });
});
