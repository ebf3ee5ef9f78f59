import type { StepId } from '../../core/plan/types';
import type { Recreated, RepairPlan, RepairReport } from '../../core/repair/types';
import type { RunView } from '../../core/run/types';
import { plural } from '../../core/text/count';
import { formatDuration } from '../../core/text/duration';
import { wrapWords } from '../../core/text/fit';
import type { Paint } from '../terminal/paint';
import { stepLines } from './plan/steps';
import { paintVerdict } from './verdict';
import { shown, shownIn } from '../../core/text/shown';

/** What is broken, and what would be done about it. */
export function renderRepairPlan(read: RepairPlan, paint: Paint, width: number): string[] {
  const { pipeline, symptoms, steps, needsApproval, changes, findings } = shownIn(read);
  const found = symptoms.flatMap(({ rule, table, cause }) =>
    wrapWords(`✗ ${table === null ? '' : `${table}: `}${cause} [${rule}]`, width, '  ').map(paint.red),
  );
  const summary =
    changes === 0
      ? symptoms.length === 0
        ? paint.green(`nothing of ${pipeline} is broken`)
        : paint.yellow('nothing n2m could repair; see the next steps above')
      : `${plural(changes, 'step')} to do, to be approved: ${needsApproval.map(({ key }) => key).join(', ')}`;
  return [
    ...found,
    ...(changes === 0 ? symptoms.map(({ next }) => `  next: ${next}`) : []),
    ...findings.flatMap(({ sentence, fix }) => [
      paint.red(`✗ ${sentence}`),
      ...(fix === null ? [] : wrapWords(`fix: ${fix}`, width, '  ').map((line) => `  ${line}`)),
    ]),
    ...(steps.length > 0 ? [paint.bold(`${pipeline}: repair`)] : []),
    ...steps.flatMap((step) => stepLines(step, paint, width)),
    '',
    summary,
  ];
}

export function renderRepairReport(report: RepairReport, paint: Paint, width: number): string[] {
  const { recreated, ...rest } = report;
  const { pipeline, steps, verdict, seconds } = shownIn(rest);
  const open = recreated.filter(isByHand);
  return [
    `${open.length === 0 ? paint.green('✓') : paint.yellow('!')} ${pipeline}: repaired in ${formatDuration(seconds * 1000)}`,
    ...steps.flatMap((sentence) => wrapWords(`· ${sentence}`, width - 2, '  ').map((line) => `  ${line}`)),
    ...byHandLines(recreated, paint),
    `  now ${paintVerdict(verdict.name, paint)}: ${verdict.cause}`,
  ];
}

const isByHand = ({ outcome }: Recreated): boolean => outcome !== 'recreated';

/** Whether a person has to make something again. */
export const needsManualWork = (recreated: Recreated[] = []): boolean => recreated.some(isByHand);

/** What could not be made again as it was, with its statements. */
export function byHandLines(recreated: Recreated[] | undefined, paint: Paint): string[] {
  return (recreated ?? [])
    .filter(isByHand)
    .flatMap(({ type, name, why, sql }) => [
      paint.yellow(`  ! ${shown(type)} ${shown(name)}: ${shown(why ?? '')}; to be run by hand:`),
      ...statementLines(sql),
    ]);
}

/** What a run that failed has dropped and not made again: its history holds it, and nothing else does. */
export function lostDefinitionLines({ steps, definitions = [], owed = definitions }: RunView, paint: Paint): string[] {
  const state = (id: StepId) => steps.find((step) => step.id === id)?.state;
  const dropped = DROPS.some((id) => ['done', 'failed'].includes(state(id) ?? ''));
  const lost = owed.filter(({ sql }) => sql !== null);
  if (!dropped || state('recreate-dependents') === 'done' || lost.length === 0) return [];
  return [
    paint.yellow(
      `  ! dropped and not made again by this run; the next apply or repair does it, or by hand once its tables are back:`,
    ),
    ...lost.flatMap(({ sql, grants, comments }) =>
      statementLines([...(sql === null ? [] : [sql]), ...grants, ...comments].map((text) => `${text};`)),
    ),
  ];
}

const DROPS: readonly StepId[] = ['drop-dead-tables', 'drop-to-recopy', 'drop-source'];

const statementLines = (sql: string[]): string[] =>
  sql.flatMap((statement) => statement.split('\n').map((line) => `      ${shown(line)}`));
