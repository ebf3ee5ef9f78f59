import { cancelling } from '../../core/run/details';
import type { RunView, StepView } from '../../core/run/types';
import { column, fit, wrapWords } from '../../core/text/fit';
import { shownIn } from '../../core/text/shown';
import type { Paint } from '../terminal/paint';
import type { Retry } from '../temporal/read-run';
import { elapsed, type RenderOptions } from './options';
import { PHASES } from './phases';
import { renderSnapshot } from './snapshot';

/** A run as a block of lines that each fit the width: checklist, snapshot, what it waits for. */
export function renderRun(read: RunView, retriesNow: Retry[], options: RenderOptions): string[] {
  const [view, retries] = shownIn([read, retriesNow] as const);
  const { paint, width, now } = options;
  const ended = ['done', 'failed', 'cancelled'].includes(view.phase);
  const end = ended ? (latest(view.steps) ?? now) : now;
  const head = fit(`${view.pipeline} · ${PHASES[view.phase]} · ${elapsed(view.startedAt, end)}`, width);
  const lines = [paint.bold(head), ...view.steps.map((step) => stepLine(step, options))];
  if (view.snapshot && view.steps.some(({ id, state }) => id === 'snapshot' && state !== 'pending')) {
    lines.push(...renderSnapshot(view.snapshot, options));
  }
  for (const retry of ended ? [] : retries) {
    const text = `${retry.activity} tries again (attempt ${retry.attempt}): ${retry.message}`;
    lines.push(...wrapWords(text, width - 4, '  ').map((line) => paint.yellow(fit(`  ${line}`, width))));
  }
  const ending = cancelling(view);
  if (ending !== null) lines.push(paint.yellow(fit(`  asked to stop: ${ending}`, width)));
  lines.push(...approvalLines(view, options));
  return lines;
}

/** What a waiting run asks for, and how to answer. */
function approvalLines(view: RunView, { paint, width }: RenderOptions): string[] {
  if (view.waitingFor.length === 0) return [];
  return [
    paint.yellow(fit('waits for approval:', width)),
    ...view.waitingFor.flatMap(({ key, reason }) =>
      wrapWords(`• ${key}: ${reason}`, width - 4, '  ').map((line) => fit(`  ${line}`, width)),
    ),
    fit(`answer: n2m approve ${view.pipeline}, or n2m reject ${view.pipeline}`, width),
  ];
}

const LABEL = 20;

function stepLine(step: StepView, { width, paint, now }: RenderOptions): string {
  const time = step.startedAt === null ? '' : elapsed(step.startedAt, step.endedAt ?? now);
  const label = step.id.replaceAll('-', ' ');
  const labelWidth = width < 50 ? Math.min(LABEL, Math.floor(width / 3)) : LABEL;
  const room = width - 4 - labelWidth - (time === '' || width < 40 ? 0 : time.length + 2);
  const text = column(step.sentence, Math.max(0, room));
  const tail = time === '' || width < 40 ? '' : `  ${paint.dim(time)}`;
  const [mark, colour] = markOf(step, paint);
  return `  ${mark} ${colour(column(label, labelWidth))}${colour(text)}${tail}`.trimEnd();
}

function markOf(step: StepView, paint: Paint): [string, (text: string) => string] {
  const same = (text: string) => text;
  switch (step.state) {
    case 'running':
      return [paint.cyan('▸'), same];
    case 'failed':
      return [paint.red('✗'), paint.red];
    case 'skipped':
      return [paint.dim('-'), paint.dim];
    case 'pending':
      return [paint.dim('·'), paint.dim];
    case 'done':
      return step.outcome === 'kept' || step.outcome === 'adopted'
        ? [paint.dim('='), paint.dim]
        : [paint.green('✓'), same];
  }
}

function latest(steps: StepView[]): string | null {
  return steps.reduce<string | null>(
    (last, { endedAt }) => (endedAt && (!last || endedAt > last) ? endedAt : last),
    null,
  );
}
