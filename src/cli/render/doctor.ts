import { column, wrapWords } from '../../core/text/fit';
import { shownIn } from '../../core/text/shown';
import type { RenderOptions } from './options';

/** One thing that was looked at. `next` mends it; null where nothing is to be mended. */
export interface Diagnosis {
  what: string;
  state: 'ok' | 'warning' | 'wrong' | 'skipped';
  detail: string;
  next: string | null;
}

const MARKS: Record<Diagnosis['state'], string> = { ok: '✓', warning: '!', wrong: '✗', skipped: '-' };

/** A line per thing; details wrap. What mends it stands below in one piece, to be copied. */
export function renderDoctor(lines: Diagnosis[], { paint, width }: Pick<RenderOptions, 'paint' | 'width'>): string[] {
  const names = Math.max(...lines.map(({ what }) => what.length));
  const room = Math.max(16, width - names - 4);
  const colour = { ok: paint.green, warning: paint.yellow, wrong: paint.red, skipped: paint.dim };
  return shownIn(lines).flatMap(({ what, state, detail, next }) => {
    const [first = '', ...rest] = wrapWords(detail, room);
    const indent = ' '.repeat(names + 4);
    return [
      `${colour[state](MARKS[state])} ${column(what, names)}  ${first}`,
      ...rest.map((line) => indent + line),
      ...(next === null ? [] : [`${indent}${paint.dim('mend:')} ${next}`]),
    ];
  });
}
