import type { VerdictName } from '../../core/watch/types';
import { nameColumn } from '../../core/text/cut';
import { column, fit } from '../../core/text/fit';
import { shownIn } from '../../core/text/shown';
import type { RenderOptions } from './options';
import { ago } from './status-document';
import { byWorst, paintVerdict } from './verdict';

/** One pipeline in the JSON document of `n2m list`: `{ pipelines: [...] }`. */
export interface ListedPipeline {
  pipeline: string;
  verdict: VerdictName;
  /** Null where the verdict is the last check's: n2m status has its cause. */
  cause: string | null;
  checkedAt: string | null;
  /** Checks are due and did not happen. */
  late: boolean;
  paused: boolean;
  note: string | null;
  /** Milliseconds between two checks. */
  every: number | null;
  run: { type: string; startedAt: string; state: string | null } | null;
}

export function byListOrder(a: ListedPipeline, b: ListedPipeline): number {
  return byWorst(a.verdict, b.verdict) || Number(b.late) - Number(a.late) || a.pipeline.localeCompare(b.pipeline, 'en');
}

const VERDICT = 12;

export function renderList(pipelines: ListedPipeline[], { paint, width, now }: RenderOptions): string[] {
  if (pipelines.length === 0) return ['no pipelines'];
  const names = Math.min(40, Math.max(8, ...pipelines.map(({ pipeline }) => pipeline.length)));
  const head = `${column('pipeline', names)}  ${column('verdict', VERDICT)}  checked`;
  const rows = shownIn(pipelines).map(({ pipeline, verdict, cause, checkedAt, late }) => {
    const checked = checkedAt === null ? 'never' : ago(checkedAt, now);
    const gap = ' '.repeat(Math.max(0, VERDICT - verdict.length));
    const room = width - names - VERDICT - 4;
    const rest = `${checked}${late ? ' (late)' : ''}${cause === null ? '' : `  ${cause}`}`;
    return `${nameColumn(pipeline, names)}  ${paintVerdict(verdict, paint)}${gap}  ${fit(rest, Math.max(8, room))}`;
  });
  return [paint.dim(fit(head, width)), ...rows];
}
