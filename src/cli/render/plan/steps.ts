import type { PlanAction, PlanStep } from '../../../core/plan/types';
import { plural } from '../../../core/text/count';
import { column, wrapWords } from '../../../core/text/fit';
import { shownIn } from '../../../core/text/shown';
import type { Paint } from '../../terminal/paint';

export const MARKS: Record<PlanAction, string> = {
  create: '+',
  change: '~',
  keep: '=',
  adopt: '=',
  drop: '-',
  conflict: '✗',
};

/** One step of a plan of any kind, with all it says. */
export function stepLines(planned: PlanStep, paint: Paint, width: number): string[] {
  const step = shownIn(planned);
  const colour = colourOf(step.action, paint);
  const indent = ' '.repeat(width < 60 ? 4 : 13);
  const head = `${MARKS[step.action]} ${width < 60 ? step.action : column(step.action, 9)}`;
  const [first = '', ...rest] = wrapWords(step.sentence, width - 14);
  const lines = [colour(`  ${head} ${first}`), ...rest.map((line) => colour(indent + line))];
  const more = (text: string, shade: (text: string) => string) =>
    wrapWords(text, width - indent.length).forEach((line) => lines.push(shade(indent + line)));
  // A single change is what the sentence says.
  if (step.changes.length > 1) step.changes.forEach((change) => more(`· ${change}`, colour));
  if (step.more !== undefined) more(`· and ${plural(step.more, 'more', 'more')}`, colour);
  if (step.interrupts !== null) more(`interrupts: ${step.interrupts}`, paint.yellow);
  if (step.irreversible !== null) more(`cannot be undone: ${step.irreversible}`, paint.yellow);
  if (step.approval !== null) more(`needs approval: ${step.approval}`, paint.yellow);
  return lines;
}

export function colourOf(action: PlanAction, paint: Paint): (text: string) => string {
  return {
    create: paint.green,
    change: paint.yellow,
    keep: paint.dim,
    adopt: paint.dim,
    drop: paint.red,
    conflict: paint.red,
  }[action];
}
