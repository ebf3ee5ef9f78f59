import { cancelling } from '../../core/run/details';
import type { RunView, StepView } from '../../core/run/types';
import type { TableProgress } from '../../core/snapshot/types';
import { formatCount } from '../../core/text/count';
import { shownIn } from '../../core/text/shown';
import type { Retry } from '../temporal/read-run';
import { elapsed } from './options';
import { PHASES, phaseOfStep } from './phases';
import { countByState, ofInterest, snapshotSummary } from './snapshot';

/** What was said already, so that each thing is said once. */
export interface Printed {
  phase: string;
  /** Every phase so far. */
  phases: string[];
  steps: Record<string, string>;
  /** Tenths of each table. */
  tables: Record<string, string>;
  stuck: string | null;
  waiting: string;
  cancelling?: string | null;
  retries: Record<string, number>;
}

const NOTHING_PRINTED: Printed = {
  phase: '',
  phases: [],
  steps: {},
  tables: {},
  stuck: null,
  waiting: '',
  retries: {},
};

/** Tables that got on since the last look, line by line; more are counted. */
const MOST_TABLES = 10;

/** A run as lines for logs and pipes: only what is new since `previous`. */
export function appendedLines(
  previous: Printed | null,
  read: RunView,
  retriesNow: Retry[],
  workflowType = 'replicate',
): { lines: string[]; printed: Printed } {
  const [view, retries] = shownIn([read, retriesNow] as const);
  const old = previous ?? NOTHING_PRINTED;
  const printed: Printed = {
    ...old,
    phase: view.phase,
    phases: [...old.phases],
    steps: { ...old.steps },
    tables: { ...old.tables },
    retries: {},
  };
  const lines: string[] = [];
  const enter = (phase: keyof typeof PHASES): void => {
    printed.phases.push(phase);
    lines.push(`${view.pipeline}: ${PHASES[phase]}`);
  };
  for (const step of view.steps) {
    if (step.state === 'pending' || old.steps[step.id] === step.state) continue;
    printed.steps[step.id] = step.state;
    // Phases and steps may have come and gone since the last look: each step stands below its own phase.
    const phase = phaseOfStep(step, view, workflowType);
    if (!printed.phases.includes(phase)) enter(phase);
    // A step first seen done needs no line for its beginning.
    lines.push(stepLine(step));
  }
  // A run may plan more than once.
  if (view.phase !== old.phase && printed.phases.at(-1) !== view.phase) enter(view.phase);
  if (view.snapshot) {
    const tables = view.snapshot.tables.filter((table) => {
      const tenth = tenthOf(table);
      const changed = old.tables[table.table] !== tenth;
      printed.tables[table.table] = tenth;
      return changed && table.state !== 'waiting';
    });
    const { first, rest } = ofInterest(tables, MOST_TABLES);
    lines.push(...first.map(tableLine));
    if (rest.length > 0) lines.push(`  … and ${countByState(rest)}`);
    if (tables.length > 0) lines.push(`  ${snapshotSummary(view.snapshot, view.snapshot.observedAt)}`);
    lines.push(...stuckLines(old, printed, view.snapshot.stuck));
  }
  lines.push(...waitingLines(old, printed, view));
  printed.cancelling = cancelling(view);
  if (printed.cancelling !== null && printed.cancelling !== old.cancelling) {
    lines.push(`  asked to stop: ${printed.cancelling}`);
  }
  for (const retry of retries) {
    printed.retries[retry.activity] = retry.attempt;
    if (old.retries[retry.activity] === retry.attempt) continue;
    lines.push(`  ${retry.activity} tries again (attempt ${retry.attempt}): ${retry.message}`);
  }
  return { lines, printed };
}

const MARKS: Record<StepView['state'], string> = { pending: '·', running: '▸', done: '✓', failed: '✗', skipped: '-' };

function stepLine(step: StepView): string {
  const kept = step.state === 'done' && (step.outcome === 'kept' || step.outcome === 'adopted');
  const time = step.startedAt && step.endedAt ? ` (${elapsed(step.startedAt, step.endedAt)})` : '';
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

function stuckLines(
  old: Printed,
  printed: Printed,
  stuck: { cause: string; blockers: { remedy: string }[] } | null,
): string[] {
  printed.stuck = stuck?.cause ?? null;
  if (stuck === null) return old.stuck === null ? [] : ['  it moves again'];
  if (old.stuck === stuck.cause) return [];
  return [`  stuck: ${stuck.cause}`, ...stuck.blockers.map(({ remedy }) => `    ends it: ${remedy}`)];
}

function waitingLines(old: Printed, printed: Printed, view: RunView): string[] {
  printed.waiting = view.waitingFor.map(({ key }) => key).join(' ');
  if (printed.waiting === '' || printed.waiting === old.waiting) return [];
  return view.waitingFor.map(({ key, reason }) => `  waits for approval of ${key}: ${reason}`);
}
