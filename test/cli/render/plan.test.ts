import { plain } from '../../../src/cli/terminal/paint';
import { renderPlan } from '../../../src/cli/render/plan';
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
