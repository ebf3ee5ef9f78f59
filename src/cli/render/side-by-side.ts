import type { PlanStep } from '../../core/plan/types';
import { column, wrapWords } from '../../core/text/fit';
import { shownIn } from '../../core/text/shown';
import type { Paint } from '../terminal/paint';

const NARROWEST = 24;

/** For each object that differs: what is there on the left, what the file asks for on the right. */
export function renderSideBySide(steps: PlanStep[], paint: Paint, width: number): string[] {
  const half = Math.max(NARROWEST, Math.floor((width - 5) / 2));
  return shownIn(steps).flatMap((step) => {
    const there = step.changes.filter((change) => change.startsWith('there: ')).map((change) => change.slice(7));
    const file = step.changes.filter((change) => change.startsWith('file: ')).map((change) => change.slice(6));
    const left = there.flatMap((text) => wrapWords(text, half));
    const right = file.flatMap((text) => wrapWords(text, half));
    const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
      `  ${column(left[index] ?? '', half)} │ ${right[index] ?? ''}`.trimEnd(),
    );
    const head = rows.length === 0 ? [] : [paint.dim(`  ${column('there', half)} │ file`)];
    return [paint.bold(step.object), ...head, ...(rows.length === 0 ? [`  ${step.sentence}`] : rows)];
  });
}
