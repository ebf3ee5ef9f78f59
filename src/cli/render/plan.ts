import type { Finding, Plan, PlanAction, PlanStep } from '../../core/plan/types';
import { listed } from '../../core/plan/context';
import { formatCount, plural } from '../../core/text/count';
import { formatDuration } from '../../core/text/duration';
import { column, wrapWords } from '../../core/text/fit';
import { formatBytes } from '../../core/text/size';
import { shownIn } from '../../core/text/shown';
import type { Paint } from '../terminal/paint';

/** A plan for people: what stands in the way, then the steps in order, then what it comes to. */
export function renderPlan(read: Plan, paint: Paint, width: number): string[] {
  const plan = shownIn(read);
  const order = { blocking: 0, warning: 1, info: 2 } as const;
  const findings = [...plan.findings].sort((a, b) => order[a.severity] - order[b.severity]);
  const lines = alike(findings).flatMap((group) => findingLines(group, paint, width));
  if (lines.length > 0) lines.push('');
  lines.push(paint.bold(`${plan.pipeline}: steps`));
  lines.push(...plan.steps.flatMap((step) => stepLines(step, paint, width)));
  lines.push('', ...summary(plan, paint, width));
  return lines;
}

/** Steps that stand against an object of somebody else. */
export function conflicts(plan: Plan): PlanStep[] {
  return plan.steps.filter(({ action }) => action === 'conflict');
}

export function blocking(plan: Plan): Finding[] {
  return plan.findings.filter(({ severity }) => severity === 'blocking');
}

/** From so many on, notes of one kind become one: what the run does by itself need not be said for every table. */
const ALIKE = 3;

/** Each finding with those that say the same of other objects; only notes are joined, the rest has to be acted on. */
function alike(findings: Finding[]): [Finding, ...Finding[]][] {
  return findings.flatMap((finding, at): [Finding, ...Finding[]][] => {
    const same = findings.filter(({ code, severity }) => code === finding.code && severity === finding.severity);
    if (finding.severity !== 'info' || same.length < ALIKE) return [[finding]];
    return findings.indexOf(same[0] ?? finding) === at ? [[finding, ...same.slice(1)]] : [];
  });
}

function findingLines([finding, ...others]: [Finding, ...Finding[]], paint: Paint, width: number): string[] {
  const colour = { blocking: paint.red, warning: paint.yellow, info: paint.dim }[finding.severity];
  const mark = { blocking: '✗', warning: '!', info: 'i' }[finding.severity];
  const subject = finding.sentence.startsWith(finding.subject) ? '' : `${finding.subject}: `;
  const likewise = others.length === 0 ? '' : `; likewise ${listed(others.map((other) => other.subject))}`;
  const text = `${mark} ${subject}${finding.sentence}${likewise} [${finding.code}]`;
  const fix = finding.fix === null ? [] : [`    fix: ${finding.fix}`];
  return [...wrapWords(text, width, '  ').map(colour), ...fix];
}

const MARKS: Record<PlanAction, string> = { create: '+', change: '~', keep: '=', adopt: '=', drop: '-', conflict: '✗' };

/** One step of a plan of any kind. */
export function stepLines(planned: PlanStep, paint: Paint, width: number): string[] {
  const step = shownIn(planned);
  const colour = {
    create: paint.green,
    change: paint.yellow,
    keep: paint.dim,
    adopt: paint.dim,
    drop: paint.red,
    conflict: paint.red,
  }[step.action];
  const indent = ' '.repeat(width < 60 ? 4 : 13);
  const head = `${MARKS[step.action]} ${width < 60 ? step.action : column(step.action, 9)}`;
  const [first = '', ...rest] = wrapWords(step.sentence, width - 14);
  const lines = [colour(`  ${head} ${first}`), ...rest.map((line) => colour(indent + line))];
  const more = (text: string, shade: (text: string) => string) =>
    wrapWords(text, width - indent.length).forEach((line) => lines.push(shade(indent + line)));
  // A single change is what the sentence says.
  if (step.changes.length > 1) step.changes.forEach((change) => more(`· ${change}`, colour));
  if (step.interrupts !== null) more(`interrupts: ${step.interrupts}`, paint.yellow);
  if (step.irreversible !== null) more(`cannot be undone: ${step.irreversible}`, paint.yellow);
  if (step.approval !== null) more(`needs approval: ${step.approval}`, paint.yellow);
  return lines;
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
