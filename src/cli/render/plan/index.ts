import type { Finding, Plan, PlanStep } from '../../../core/plan/types';
import { formatCount, plural } from '../../../core/text/count';
import { formatDuration } from '../../../core/text/duration';
import { wrapWords } from '../../../core/text/fit';
import { formatBytes } from '../../../core/text/size';
import { shownIn } from '../../../core/text/shown';
import type { Paint } from '../../terminal/paint';
import { findingLines } from './findings';
import { tableNames } from './short-names';
import { shortSteps } from './short-steps';
import { stepLines } from './steps';

/**
 * A plan for people: what stands in the way, then the steps in order, then what it comes to. It fits a screen however many
 * tables there are: lists are their first names and a count; `full` has all of them, as the JSON document has.
 */
export function renderPlan(read: Plan, paint: Paint, width: number, full = false): string[] {
  const plan = shownIn(read);
  const names = tableNames(plan);
  const findings = findingLines(plan.findings, full ? null : names, paint, width);
  const lines = [
    ...findings,
    ...(findings.length > 0 ? [''] : []),
    paint.bold(`${plan.pipeline}: steps`),
    ...(full
      ? plan.steps.flatMap((step) => stepLines(step, paint, width))
      : shortSteps(plan.steps, names, paint, width)),
    '',
    ...summary(plan, paint, width),
  ];
  const cut = !full && lines.some((line) => SHORTENED.test(line));
  return cut ? [...lines, paint.dim('n2m plan FILE --full has every name, change, note and fix')] : lines;
}

/** What a line holds that leaves something out. */
const SHORTENED = /…|[0-9] more\b|\bthe same [0-9]/;

/** Steps that stand against an object of somebody else. */
export function conflicts(plan: Plan): PlanStep[] {
  return plan.steps.filter(({ action }) => action === 'conflict');
}

export function blocking(plan: Plan): Finding[] {
  return plan.findings.filter(({ severity }) => severity === 'blocking');
}

function summary(plan: Plan, paint: Paint, width: number): string[] {
  const stops = blocking(plan).length + conflicts(plan).length;
  const lines: string[] = [];
  const fresh = plan.tables.filter((table) => table.fresh).length;
  if (fresh > 0) {
    const { rows, bytes, estimates } = plan.snapshot;
    const size = `${rows === null ? 'an unknown number of' : `about ${formatCount(rows)}`} rows, ${formatBytes(bytes)}`;
    const times = estimates.map(({ size: name, seconds }) => `${name} ${formatDuration(seconds * 1000)}`).join(', ');
    const text = `to copy: ${plural(fresh, 'table')}, ${size}${times === '' ? '' : `; estimated time by cluster size: ${times}`}`;
    lines.push(...wrapWords(text, width, '  '));
  }
  if (stops > 0)
    lines.push(
      paint.red(
        `${plural(stops, 'thing')} ${stops === 1 ? 'stands' : 'stand'} in the way; nothing can be applied before`,
      ),
    );
  else if (plan.changes === 0) lines.push(paint.green('no changes: both systems are as the file says'));
  else {
    const approval = plan.needsApproval.length === 0 ? '' : `, ${plan.needsApproval.length} of them to be approved`;
    lines.push(`${plural(plan.changes, 'step')} to do${approval}`);
  }
  return lines;
}
