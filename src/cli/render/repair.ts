import type { RepairPlan, RepairReport } from '../../core/repair/types';
import { plural } from '../../core/text/count';
import { formatDuration } from '../../core/text/duration';
import { printable, wrapWords } from '../../core/text/fit';
import type { Paint } from '../paint';
import { stepLines } from './plan';
import { paintVerdict } from './verdict';

/** What is broken, and what would be done about it. */
export function renderRepairPlan(plan: RepairPlan, paint: Paint, width: number): string[] {
  const { pipeline, symptoms, steps, needsApproval, changes, findings } = plan;
  const found = symptoms.flatMap(({ rule, table, cause }) =>
    wrapWords(`✗ ${table === null ? '' : `${printable(table)}: `}${printable(cause)} [${rule}]`, width, '  ').map(
      paint.red,
    ),
  );
  const summary =
    changes === 0
      ? paint.green(
          symptoms.length === 0
            ? `nothing of ${pipeline} is broken`
            : 'nothing n2m could repair; see the next steps above',
        )
      : `${plural(changes, 'step')} to do, to be approved: ${needsApproval.map(({ key }) => key).join(', ')}`;
  return [
    ...found,
    ...(changes === 0 ? symptoms.map(({ next }) => `  next: ${printable(next)}`) : []),
    ...findings.map(({ sentence }) => paint.red(`✗ ${printable(sentence)}`)),
    ...(steps.length > 0 ? [paint.bold(`${pipeline}: repair`)] : []),
    ...steps.flatMap((step) => stepLines(step, paint, width)),
    '',
    summary,
  ];
}

export function renderRepairReport(report: RepairReport, paint: Paint, width: number): string[] {
  const { pipeline, steps, recreated, verdict, seconds } = report;
  const open = recreated.filter(({ outcome }) => outcome !== 'recreated');
  return [
    `${open.length === 0 ? paint.green('✓') : paint.yellow('!')} ${pipeline}: repaired in ${formatDuration(seconds * 1000)}`,
    ...steps.flatMap((sentence) => wrapWords(`· ${printable(sentence)}`, width - 2, '  ').map((line) => `  ${line}`)),
    ...open.flatMap(({ type, name, why, sql }) => [
      paint.yellow(`  ! ${type} ${printable(name)}: ${printable(why ?? '')}; to be run by hand:`),
      ...sql.flatMap((statement) => statement.split('\n').map((line) => `      ${printable(line)}`)),
    ]),
    `  now ${paintVerdict(verdict.name, paint)}: ${printable(verdict.cause)}`,
  ];
}
