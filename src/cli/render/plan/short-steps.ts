import type { PlanStep } from '../../../core/plan/types';
import { formatCount, plural } from '../../../core/text/count';
import { wrapWords } from '../../../core/text/fit';
import type { Paint } from '../../terminal/paint';
import { cutEnd, type TableNames } from './short-names';
import { colourOf, MARKS } from './steps';

/** More changes than this are the first of them and a count. */
const MOST_CHANGES = 4;

/** The steps of a plan with each list once: its first names and a count, and only the count where it comes again. */
export function shortSteps(steps: PlanStep[], names: TableNames, paint: Paint, width: number): string[] {
  const listed = new Set<string>();
  return steps.flatMap((step) => {
    const lines = stepLines({ ...step, sentence: onlyOnce(step.sentence, listed) }, names, paint, width);
    return lines.map((line) => `  ${line}`);
  });
}

function stepLines(step: PlanStep, names: TableNames, paint: Paint, width: number): string[] {
  const colour = colourOf(step.action, paint);
  const wrapped = (text: string, indent: string) => wrapWords(cutEnd(names.shorten(text)), width - 4, indent);
  const [first = '', ...rest] = wrapped(`${MARKS[step.action]} ${step.sentence}`, '  ');
  const changes = shortChanges(step, names).flatMap((change) => wrapped(`  · ${change}`, '    '));
  const cares = [
    ...(step.interrupts === null ? [] : [`interrupts: ${step.interrupts}`]),
    ...(step.irreversible === null ? [] : [`cannot be undone: ${step.irreversible}`]),
    ...(step.approval === null ? [] : [`needs approval: ${step.approval}`]),
  ].join('; ');
  const indented = (lines: string[]) => lines.map((line) => `  ${line.trimStart()}`);
  return [...[first, ...rest, ...indented(changes)].map(colour), ...indented(wrapped(cares, '')).map(paint.yellow)];
}

/** A single change is what the sentence says; so are changes to tables that it names or counts. */
function shortChanges({ sentence, changes, action, more = 0 }: PlanStep, names: TableNames): string[] {
  if (changes.length < 2) return [];
  const ofTables = changes.filter((change) => names.in(change).length > 0);
  const many = ofTables.length > MOST_CHANGES;
  const counted =
    / and [0-9,]+ more$| the same [0-9,]+ tables/.test(sentence) ||
    sentence.includes(` ${formatCount(ofTables.length + more)} tables`);
  const named = new Set(names.in(sentence));
  const said = (change: string): boolean => {
    const tables = names.in(change);
    return tables.length > 0 && ((many && counted) || tables.some((table) => named.has(table)));
  };
  // What stands against a plan is shown with what the file says instead.
  const left = action === 'conflict' ? changes : changes.filter((change) => !said(change));
  if (left.length <= MOST_CHANGES) return left;
  return [...left.slice(0, MOST_CHANGES - 1), `and ${plural(left.length + more - MOST_CHANGES + 1, 'more', 'more')}`];
}

/** `a, b, c and 46 more`, as `listed` writes it. */
const LIST = /(?<!\S)(?:\S+, ){1,20}\S+ and ([0-9,]+) more/g;

function onlyOnce(sentence: string, listed: Set<string>): string {
  return sentence.replace(LIST, (list: string, more: string) => {
    if (!listed.has(list)) {
      listed.add(list);
      return list;
    }
    const named = list.split(', ').length;
    return `the same ${formatCount(named + Number(more.replaceAll(',', '')))} tables`;
  });
}
