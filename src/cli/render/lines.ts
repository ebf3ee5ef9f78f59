import { cancelling } from '../../core/run/details';
import type { RunView, StepView } from '../../core/run/types';
import type { TableProgress } from '../../core/snapshot/types';
import { formatCount } from '../../core/text/count';
import { shownIn } from '../../core/text/shown';
import type { Retry } from '../temporal/read-run';
import { between } from './draw';
import { PHASES } from './run';
import { snapshotSummary } from './snapshot';

/** What was said already, so that each thing is said once. */
export interface Told {
  phase: string;
  steps: Record<string, string>;
  /** Tenths of each table. */
  tables: Record<string, string>;
  stuck: string | null;
  waiting: string;
  cancelling?: string | null;
  retries: Record<string, number>;
}

const NOTHING: Told = { phase: '', steps: {}, tables: {}, stuck: null, waiting: '', retries: {} };

/** A run as lines for logs and pipes: only what is new since `before`. */
export function appendedLines(before: Told | null, read: RunView, tried: Retry[]): { lines: string[]; told: Told } {
  const [view, retries] = shownIn([read, tried] as const);
  const old = before ?? NOTHING;
  const told: Told = { ...old, phase: view.phase, steps: { ...old.steps }, tables: { ...old.tables }, retries: {} };
  const lines: string[] = [];
  if (view.phase !== old.phase) lines.push(`${view.pipeline}: ${PHASES[view.phase]}`);
  for (const step of view.steps) {
    if (step.state === 'pending' || old.steps[step.id] === step.state) continue;
    told.steps[step.id] = step.state;
    // A step first seen done needs no line for its beginning.
    lines.push(stepLine(step));
  }
  if (view.snapshot) {
    const tables = view.snapshot.tables.filter((table) => {
      const tenth = tenthOf(table);
      const changed = old.tables[table.table] !== tenth;
      told.tables[table.table] = tenth;
      return changed && table.state !== 'waiting';
    });
    lines.push(...tables.map(tableLine));
    if (tables.length > 0) lines.push(`  ${snapshotSummary(view.snapshot, view.snapshot.observedAt)}`);
    lines.push(...stuckLines(old, told, view.snapshot.stuck));
  }
  lines.push(...waitingLines(old, told, view));
  told.cancelling = cancelling(view);
  if (told.cancelling !== null && told.cancelling !== old.cancelling) {
    lines.push(`  asked to stop: ${told.cancelling}`);
  }
  for (const retry of retries) {
    told.retries[retry.activity] = retry.attempt;
    if (old.retries[retry.activity] === retry.attempt) continue;
    lines.push(`  ${retry.activity} tries again (attempt ${retry.attempt}): ${retry.message}`);
  }
  return { lines, told };
}

const MARKS: Record<StepView['state'], string> = { pending: '·', running: '▸', done: '✓', failed: '✗', skipped: '-' };

function stepLine(step: StepView): string {
  const kept = step.state === 'done' && (step.outcome === 'kept' || step.outcome === 'adopted');
  const time = step.startedAt && step.endedAt ? ` (${between(step.startedAt, step.endedAt)})` : '';
  return `  ${kept ? '=' : MARKS[step.state]} ${step.id}: ${step.sentence}${time}`;
}

function tenthOf(table: TableProgress): string {
  const tenth = table.rowsExpected ? Math.min(9, Math.floor((table.rowsCopied / table.rowsExpected) * 10)) : 0;
  return table.state === 'copying' ? `copying ${tenth}` : table.state;
}

function tableLine(table: TableProgress): string {
  const expected = table.rowsExpected === null ? '' : ` of about ${formatCount(table.rowsExpected)}`;
  const rows = table.state === 'copying' ? ` ${formatCount(table.rowsCopied)}${expected} rows` : '';
  return `  ${table.table}: ${table.state}${rows}${table.error === null ? '' : `: ${table.error}`}`;
}

function stuckLines(old: Told, told: Told, stuck: { cause: string; blockers: { remedy: string }[] } | null): string[] {
  told.stuck = stuck?.cause ?? null;
  if (stuck === null) return old.stuck === null ? [] : ['  it moves again'];
  if (old.stuck === stuck.cause) return [];
  return [`  stuck: ${stuck.cause}`, ...stuck.blockers.map(({ remedy }) => `    ends it: ${remedy}`)];
}

function waitingLines(old: Told, told: Told, view: RunView): string[] {
  told.waiting = view.waitingFor.map(({ key }) => key).join(' ');
  if (told.waiting === '' || told.waiting === old.waiting) return [];
  return view.waitingFor.map(({ key, reason }) => `  waits for approval of ${key}: ${reason}`);
}
