import type { DestroyPlan, DestroyReport, ObjectFate } from '../../core/destroy/types';
import { plural } from '../../core/text/count';
import { formatDuration } from '../../core/text/duration';
import { wrapWords } from '../../core/text/fit';
import { shown, shownIn } from '../../core/text/shown';
import type { Paint } from '../terminal/paint';
import { stepLines } from './plan/steps';

/** What goes, in order, and what stays and why. */
export function renderDestroyPlan(read: DestroyPlan, paint: Paint, width: number): string[] {
  const { pipeline, steps, changes, needsApproval } = shownIn(read);
  const summary =
    changes === 0
      ? paint.green(`nothing of ${pipeline} is left to take down`)
      : `${plural(changes, 'step')} to do, to be approved: ${needsApproval.map(({ key }) => key).join(', ')}`;
  return [
    paint.bold(`${pipeline}: taking it down`),
    ...steps.flatMap((step) => stepLines(step, paint, width)),
    ...needsApproval.flatMap(({ statements = [] }) =>
      statements.length > 0 ? ['', 'it sends:', ...statements.map((statement) => `  ${shown(statement)}`)] : [],
    ),
    '',
    summary,
  ];
}

const MARKS: Record<ObjectFate['fate'], string> = { removed: '-', kept: '=', 'left-behind': '!', absent: ' ' };

/** Each object with what became of it, as a look after the last step found it. */
export function renderDestroyReport(report: DestroyReport, paint: Paint, width: number): string[] {
  const { pipeline, objects, leftBehind, seconds } = shownIn(report);
  const colour = { removed: paint.green, kept: paint.dim, 'left-behind': paint.yellow, absent: paint.dim };
  const removed = objects.filter(({ fate }) => fate === 'removed').length;
  return [
    `${leftBehind === 0 ? paint.green('✓') : paint.yellow('!')} ${pipeline}: ${plural(removed, 'object')} removed in ${formatDuration(seconds * 1000)}`,
    ...objects.flatMap(({ object, fate, why, run }) => {
      const text = `${MARKS[fate]} ${fate.padEnd(11)} ${object}${why === null ? '' : `: ${why}`}`;
      return [
        ...wrapWords(text, width - 2, '  ').map((line) => `  ${colour[fate](line)}`),
        ...(fate === 'left-behind' ? run.map((line) => `      run: ${line}`) : []),
      ];
    }),
  ];
}
