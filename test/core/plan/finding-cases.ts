import type { TableFacts } from '../../../src/core/objects/tables/facts';
import type { SourceFacts, TargetFacts } from '../../../src/core/plan/facts';
import { findings } from '../../../src/core/plan/findings';
import type { Rule } from '../../../src/core/plan/rule';
import type { Finding } from '../../../src/core/plan/types';
import type { PipelineSpec } from '../../../src/core/spec/types';
import { tried } from './file-fixes';
import * as f from './fixtures';

/** What the rules of a room are tried with: facts that raise a finding, and those next to them that do not. */

export interface Case {
  spec?: PipelineSpec;
  /** Facts of a pipeline nobody has set up, unless `built`. */
  source?: Partial<SourceFacts>;
  target?: Partial<TargetFacts>;
  built?: boolean;
}

/** Code, what the systems show, the case, severity, the fix as it can be pasted. */
type Raised = [string, string, Case, Finding['severity'], string | null];
/** Code, what looks like it, and the systems that show it. */
type Silent = [string, string, Case];

export const prepared = f.preparedSource();
export const publication = prepared.publication!;
export const role = prepared.role!;
export const target = f.builtTarget();
export const orders = (change: Partial<TableFacts>): Partial<SourceFacts> => ({
  tables: [f.table('orders', change), f.table('customers')],
});
export const heirs = { count: 1, first: [{ schema: 'public', name: 'card_payment' }] };
export const parted = orders(f.partitioned());

/** A transaction that has written and is not over. */
export const open = {
  kind: 'session',
  pid: 12,
  gid: null,
  user: 'app',
  application: 'job',
  database: 'shop',
  ageSeconds: 60,
  writing: true,
} as const;

export function run({ spec = f.spec, source, target, built = false }: Case): Finding[] {
  return built
    ? findings(spec, f.preparedSource(source), f.builtTarget(target))
    : findings(spec, f.untouchedSource(source), f.emptyTarget(target));
}

/** Each case is a test, and each rule needs one: a rule without is told by its code. */
export function testFindings(rules: Record<string, Rule>, cases: { raised: Raised[]; silent?: Silent[] }): void {
  const { raised, silent = [] } = cases;

  test('every rule has a case, and every case a rule', () => {
    expect([...new Set(raised.map(([code]) => code))].sort()).toEqual(Object.keys(rules).sort());
  });

  test.each(raised)('%s is found in %s', (code, _what, seen, severity, fix) => {
    const found = run(seen).filter((finding) => finding.code === code);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatchObject({ severity, ...(fix === null ? {} : { fix }) });
    expect(found[0]?.sentence.length).toBeGreaterThan(10);
    if (severity === 'blocking') expect(found[0]?.fix).toBeTruthy();
  });

  test.each(raised)('what a plan with %s (%s) prints for the file ends its finding', (_code, _what, seen) => {
    const { spec = f.spec, source, target: to, built = false } = seen;
    if (built) tried(spec, f.preparedSource(source), f.builtTarget(to));
    else tried(spec, f.untouchedSource(source), f.emptyTarget(to));
  });

  if (silent.length === 0) return;
  test.each(silent)('%s is not found in %s', (code, _what, seen) => {
    expect(Object.keys(rules)).toContain(code);
    expect(run(seen).filter((finding) => finding.code === code)).toEqual([]);
  });
}
