/** What the Temporal UI shows of a run and of a check. */
import { formatCount, plural } from '../text/count';
import { formatDuration } from '../text/duration';
import { fit } from '../text/fit';
import { inMarkdown as escape, span } from '../text/markdown';
import { formatShare } from '../text/share';
import { formatBytes } from '../text/size';
import { shown, shownIn } from '../text/shown';
import { doneShare, tableCount, tableShare } from '../snapshot/progress';
import type { SnapshotProgress, TableProgress } from '../snapshot/types';
import { keptOfAnyVersion } from '../watch/readings/kept';
import type { CheckResult, Reading } from '../watch/types';
import type { RunPhase, RunView, StepView } from './types';

/** Temporal keeps details small: what does not fit is counted instead of shown. */
const MOST_TABLES = 20;
const MOST_FINDINGS = 15;

const HEADLINES: Record<RunPhase, string> = {
  planning: 'reading both systems, comparing with the file',
  'waiting-for-approval': 'waiting for approval',
  'setting-up': 'setting up',
  snapshotting: 'copying the tables for the first time',
  'right-sizing': 'sizing the cluster for the time after the copy',
  'handing-over': 'handing over to the scheduled check',
  removing: 'taking down what the pipeline made',
  rotating: 'giving the replication role a new password',
  repairing: 'repairing',
  proving: 'looking again at what was done',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** A step in the rows of Temporal's UI: the server cuts at 400 bytes, 180 characters read well. */
export const summaryOf = ({ sentence }: Pick<StepView, 'sentence'>): string => fit(shown(sentence), 180);

/** Markdown for Temporal's current details of a run: steps, progress, what it waits for and how to answer. */
export function renderRunDetails(read: RunView): string {
  const view = shownIn(read);
  return [
    `### ${view.pipeline}: ${HEADLINES[view.phase]}`,
    ...cancellingLines(view),
    ...approvalLines(view),
    ...failureLines(view),
    ...nowLines(view),
    ...stepLines(view.steps),
    ...(view.snapshot ? snapshotLines(view.snapshot) : []),
    ...findingLines(view),
  ].join('\n');
}

function approvalLines({ pipeline, waitingFor }: RunView): string[] {
  if (waitingFor.length === 0) return [];
  return [
    '',
    '**It asks before it goes on:**',
    ...waitingFor.map(({ key, reason }) => `- ${span(key)}: ${escape(reason)}`),
    '',
    `Answer with \`n2m approve ${pipeline}\` or \`n2m reject ${pipeline}\`.`,
  ];
}

function cancellingLines(view: RunView): string[] {
  const words = cancelling(view);
  return words === null ? [] : ['', `**Somebody asked it to stop**: ${escape(words)}.`];
}

/** What a run that was asked to stop still waits for; null where nobody asked, or it has ended. */
export function cancelling({ cancelling: asked, inOnePiece, phase, steps }: RunView): string | null {
  if (!asked || ['done', 'failed', 'cancelled'].includes(phase)) return null;
  const step = steps.find(({ state }) => state === 'running');
  if (inOnePiece) {
    const now = step ? `, and is at step ${step.id} (${step.object})` : '';
    return `it ends once the source is back with what others built on it${now}`;
  }
  return step ? `it ends with the attempt under way of step ${step.id} (${step.object})` : 'it is ending';
}

/** What the reader has to do, where the rest does not say so: mostly nothing. */
function nowLines({ pipeline, phase, snapshot }: RunView): string[] {
  const status = `\`n2m status ${pipeline}\``;
  switch (phase) {
    case 'snapshotting':
      if (snapshot?.stuck) return stuckLines(snapshot.stuck);
      return ['', `Nothing to do but wait; numbers as they come: ${status}, or the heartbeat in *Pending Activities*.`];
    case 'done':
      return ['', `All of it is done. How it is from now on: ${status}.`];
    case 'cancelled':
      return ['', `Somebody stopped it between two steps or attempts; what it made so far exists: ${status}.`];
    default:
      return [];
  }
}

function stuckLines({ since, cause, blockers }: NonNullable<SnapshotProgress['stuck']>): string[] {
  return [
    '',
    `**Stuck** since ${since}: ${escape(cause)}`,
    ...(blockers.length > 0
      ? ['', 'Its session upstream keeps a transaction open, and the copy cannot begin before that ends:']
      : []),
    ...blockers.map(({ remedy }) => `- to end it: ${span(remedy)}`),
  ];
}

function failureLines({ failure }: RunView): string[] {
  if (failure === null) return [];
  const hint = failure.hint === null ? '' : `  \nNext: ${escape(failure.hint)}`;
  return ['', `**${failure.type}** (${failure.system}): ${escape(failure.message)}${hint}`];
}

function stepLines(steps: StepView[]): string[] {
  if (steps.length === 0) return [];
  return ['', row('', 'step', 'what'), '|---|---|---|', ...steps.map(stepLine)];
}

function stepLine(step: StepView): string {
  const took =
    step.startedAt !== null && step.endedAt !== null
      ? ` (${formatDuration(Date.parse(step.endedAt) - Date.parse(step.startedAt))})`
      : '';
  return row(mark(step), step.id, `${escape(step.sentence)}${took}`);
}

function mark({ state, outcome }: StepView): string {
  if (state === 'done') return outcome === 'kept' || outcome === 'adopted' ? '=' : '✓';
  return { pending: '·', running: '▶', failed: '✗', skipped: '-' }[state];
}

function snapshotLines(progress: SnapshotProgress): string[] {
  const rate = progress.rowsPerSecond === null ? '' : `, ${formatCount(progress.rowsPerSecond)} rows/s`;
  const eta = progress.etaSeconds === null ? '' : `, about ${formatDuration(progress.etaSeconds * 1000)} left`;
  const restarts = progress.restarts === 0 ? '' : `, started over ${plural(progress.restarts, 'time')}`;
  return [
    '',
    `**First copy: ${formatShare(doneShare(progress))}**${rate}${eta}${restarts} (seen ${progress.observedAt})`,
    ...(progress.sourceError === null ? [] : ['', `The source says: ${escape(progress.sourceError)}`]),
    '',
    row('table', 'state', 'rows', ''),
    '|---|---|---|---|',
    ...progress.tables.slice(0, MOST_TABLES).map(tableLine),
    ...more(tableCount(progress) - Math.min(progress.tables.length, MOST_TABLES), 'table'),
  ];
}

function tableLine(table: TableProgress): string {
  const of = table.rowsExpected === null ? '' : ` of about ${formatCount(table.rowsExpected)}`;
  const note = table.error === null ? formatShare(tableShare(table)) : escape(table.error);
  return row(escape(table.table), table.state, `${formatCount(table.rowsCopied)}${of}`, note);
}

function findingLines({ findings }: RunView): string[] {
  const told = findings.filter((finding) => finding.severity !== 'info');
  if (told.length === 0) return [];
  const first = told.slice(0, MOST_FINDINGS);
  return [
    '',
    '**Findings**',
    ...first.map(({ severity, code, sentence }) => `- ${severity} \`${code}\`: ${escape(sentence)}`),
    ...more(told.length - first.length + told.reduce((sum, { more: unlisted = 0 }) => sum + unlisted, 0), 'finding'),
  ];
}

const more = (count: number, noun: string): string[] => (count > 0 ? ['', `and ${plural(count, `more ${noun}`)}`] : []);

/** Markdown for Temporal's current details of a check. */
export function renderCheckDetails(check: CheckResult): string {
  const { pipeline, verdict, reading, alertsSent, alertsFailed } = shownIn(check);
  const { source, target } = keptOfAnyVersion(reading);
  return [
    `### ${pipeline}: ${verdict.name}`,
    '',
    ...(verdict.severity === 'ok'
      ? []
      : [`**${verdict.severity}**; what it means: \`n2m explain ${verdict.name}\``, '']),
    escape(verdict.cause),
    ...(verdict.severity === 'ok' ? [] : ['', `Next: ${span(verdict.next)}`]),
    ...(verdict.symptoms.length > 1 ? ['', ...verdict.symptoms.slice(0, MOST_FINDINGS).map(symptomLine)] : []),
    '',
    `- source: ${side(source, ({ slot }) => `slot ${slot.slot || 'unknown'} ${slot.exists ? slotWords(slot) : 'is missing'}`)}`,
    `- Materialize: ${side(target, (value) => `source ${value.source.status}, ${plural(value.tables.count, 'table')}`)}`,
    ...(alertsSent.length + alertsFailed > 0
      ? [`- alerts: ${alertsSent.length} told, ${alertsFailed} could not be delivered`]
      : []),
  ].join('\n');
}

function symptomLine({ severity, rule, cause }: CheckResult['verdict']['symptoms'][number]): string {
  return `- ${severity} \`${rule}\`: ${escape(cause)}`;
}

function slotWords({
  active,
  retainedBytes,
  unconfirmedBytes,
}: {
  active: boolean;
  retainedBytes: string | null;
  unconfirmedBytes: string | null;
}): string {
  const bytes = (value: string | null) => (value === null ? 'unknown' : formatBytes(value));
  return `is ${active ? 'active' : 'inactive'}, retained ${bytes(retainedBytes)}, unconfirmed ${bytes(unconfirmedBytes)}`;
}

const side = <T>(reading: Reading<T>, words: (value: T) => string): string =>
  escape(reading.ok ? words(reading.value) : `could not be read: ${reading.failure.message}`);

/** The UI draws tables without any room between columns, and trims spaces unless something invisible ends them. */
const ROOM = '\u00a0\u00a0\u2060';
const row = (...cells: string[]): string =>
  `| ${cells.map((text) => (text === '' ? '' : `${text}${ROOM}`)).join(' | ')} |`;
