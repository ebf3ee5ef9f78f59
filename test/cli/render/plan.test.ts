import { plain } from '../../../src/cli/terminal/paint';
import { renderPlan } from '../../../src/cli/render/plan';
import { STEP_IDS } from '../../../src/core/objects';
import { planOf, planStep } from '../../workflows/harness';
import { largePlan, tenant } from './large-plans';

const WIDTH = 80;
const numbered = (index: number): string => `table_${index}`;
const text = (lines: string[]): string => lines.join('\n');

describe('a plan of many tables', () => {
  it.each([
    ['short names', numbered],
    ['names of 63 characters', tenant],
  ])('fits a screen, with %s', (_title, name) => {
    const lines = renderPlan(largePlan(2_000, name), plain, WIDTH);
    expect(lines.length).toBeGreaterThanOrEqual(24);
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => Array.from(line).length > WIDTH)).toEqual([]);
  });

  it('has each list once, its first names and a count', () => {
    const all = text(renderPlan(largePlan(49, numbered), plain, WIDTH)).replace(/\s+/g, ' ');
    expect(all).toContain('set replica identity full on public.table_1, public.table_2, public.table_3 and 46 more');
    expect(all).toContain('let materialize read the same 49 tables');
    expect(all).toContain('create publication n2m_shop with the same 49 tables');
    expect(all.match(/\btable_2\b/g)).toHaveLength(1);
    expect(all).not.toContain('table_4 ');
  });

  it('cuts names in their middle, so that those that differ at their end still do', () => {
    const all = text(renderPlan(largePlan(3), plain, WIDTH));
    expect(all).toContain('public.tenant_…t_has_a__0001');
    expect(all).toContain('public.tenant_…t_has_a__0002');
    expect(all).not.toContain(tenant(1));
  });

  it('cuts no names that would look the same then', () => {
    const same = (index: number): string => `${'a'.repeat(25)}${index}${'b'.repeat(25)}`;
    const all = text(renderPlan(largePlan(2, same), plain, WIDTH));
    expect(all).toContain(`public.${same(1)}`);
    expect(all).toContain(`public.${same(2)}`);
  });

  it('says how to see the rest, and shows it', () => {
    const plan = largePlan(49, numbered);
    expect(renderPlan(plan, plain, WIDTH).at(-1)).toBe('n2m plan FILE --full has every name, change, note and fix');
    const full = text(renderPlan(plan, plain, WIDTH, true));
    for (let index = 1; index <= 49; index += 1) {
      expect(full).toContain(`fix: ALTER TABLE "public"."table_${index}" REPLICA IDENTITY FULL;`);
      expect(full).toContain(`· public.table_${index}: default → full`);
      expect(full).toContain(`· SELECT on public.table_${index}\n`);
      expect(full).toContain(`· public.table_${index} → table_${index}\n`);
    }
  });

  it('has all of it with --full', () => {
    expect(text(renderPlan(largePlan(5, numbered), plain, WIDTH, true))).toMatchSnapshot();
  });
});

describe('the changes of a step', () => {
  const steps = (changes: string[], rest = {}) =>
    renderPlan(planOf('shop', [planStep('connection', { action: 'change', changes, ...rest })]), plain, WIDTH);

  it('are shown where they are few', () => {
    expect(text(steps(['a', 'b', 'c', 'd']))).toMatch(/· a\n +· b\n +· c\n +· d\n/);
  });

  it('are the first and a count where they are many', () => {
    const all = text(steps(['a', 'b', 'c', 'd', 'e', 'f']));
    expect(all).toMatch(/· a\n +· b\n +· c\n +· and 3 more\n/);
    expect(all).not.toContain('· d');
  });

  it('are bounded even where a text lists without an end', () => {
    const sentence = `add ${Array.from({ length: 500 }, (_, index) => `column_${index}`).join(', ')}`;
    expect(steps([], { sentence }).length).toBeLessThan(12);
    expect(steps([], { sentence }).filter((line) => line.endsWith(' …'))).toHaveLength(1);
  });
});

describe('a plan', () => {
  const steps = [
    planStep('logical-replication', {
      action: 'change',
      sentence: 'enable logical replication',
      interrupts: 'every compute of the project restarts',
      irreversible: 'Neon cannot switch it off',
      approval: 'enable-logical-replication',
    }),
    planStep('cluster', { action: 'keep', sentence: 'cluster ingest_shop stays' }),
  ];

  it('marks what interrupts, what cannot be undone and what needs approval', () => {
    const text = renderPlan(planOf('shop', steps), plain, 80).join('\n');
    expect(text).toContain('~ enable logical replication');
    expect(text).toContain('interrupts: every compute');
    expect(text).toContain('cannot be undone: Neon');
    expect(text).toContain('needs approval: enable-logical-replication');
    expect(text).toContain('1 step to do, 1 of them to be approved');
  });

  it('has blocking findings first, each with its fix', () => {
    const finding = (severity: 'blocking' | 'warning' | 'info', code: string) => ({
      code,
      severity,
      subject: 's',
      sentence: 'x',
      fix: `fix ${code}`,
    });
    const plan = planOf('shop', steps, {
      findings: [finding('info', 'c'), finding('warning', 'b'), finding('blocking', 'a')],
    });
    const text = renderPlan(plan, plain, 80).join('\n');
    expect(text.indexOf('[a]')).toBeLessThan(text.indexOf('[b]'));
    expect(text.indexOf('[b]')).toBeLessThan(text.indexOf('[c]'));
    expect(text).toContain('fix: fix a');
    expect(text).toContain('1 thing stands in the way');
  });

  it('joins findings of one code, with a count, the first names and the first fix', () => {
    const of = (severity: 'info' | 'warning') =>
      ['public.a', 'public.b', 'public.c'].map((subject) => ({
        ...{ code: 'identity', severity, subject, sentence: `${subject} is weak`, fix: `mend ${subject}` },
      }));
    const lines = (severity: 'info' | 'warning') =>
      renderPlan(planOf('shop', steps, { findings: of(severity) }), plain, 80);
    expect(lines('info').slice(0, 2)).toEqual(['i public.a is weak; likewise public.b, public.c [identity ×3]', '']);
    expect(lines('warning').slice(0, 4)).toEqual([
      '! public.a is weak; likewise public.b, public.c [identity ×3]',
      '    fix: mend public.a',
      '    and 2 more fixes: --full has each',
      '',
    ]);
  });

  it('says so when there is nothing to do', () => {
    const kept = STEP_IDS.map((id) => planStep(id, { action: 'keep' }));
    expect(renderPlan(planOf('shop', kept), plain, 80).at(-1)).toContain('no changes');
  });
});
