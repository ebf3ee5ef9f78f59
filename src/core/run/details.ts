import { formatCount, formatShort } from '../text/count';
import { formatDuration } from '../text/duration';
import type { SnapshotProgress, TableProgress } from '../snapshot/types';
import type { CheckResult, Reading } from '../watch/types';
import type { RunPhase, RunView, StepView } from './types';

/** The server cuts at 20,000 bytes; a page nobody can read helps nobody. */
const MOST_TABLES = 40;
const MOST_FINDINGS = 20;

const HEADLINE: Record<RunPhase, string> = {
  planning: 'Reading both systems',
  'waiting-for-approval': 'Waiting for approval',
  'setting-up': 'Setting up',
  snapshotting: 'Copying the tables',
  'right-sizing': 'Sizing the cluster down',
  'handing-over': 'Handing over to the scheduled check',
  done: 'Done: the pipeline runs and is watched',
  failed: 'Failed',
  cancelled: 'Cancelled: what was made so far stays',
};

/** Markdown for Temporal's current details of a run: steps, progress, what it waits for and how to answer. */
export function renderRunDetails(view: RunView): string {
  return [
    `## ${HEADLINE[view.phase]}`,
    ...failure(view),
    ...waiting(view),
    ...steps(view.steps),
    ...snapshot(view),
    ...findings(view),
  ].join('\n');
}

/** Markdown for Temporal's current details of a check. */
export function renderCheckDetails(result: CheckResult): string {
  const { verdict, reading } = result;
  return [
    `## ${verdict.name}`,
    '',
    verdict.cause,
    '',
    `Next: \`${verdict.next}\``,
    '',
    '| side | read |',
    '|---|---|',
    `| upstream | ${sideWords(reading.source)} |`,
    `| Materialize | ${sideWords(reading.target)} |`,
    ...verdict.symptoms.map(({ severity, cause, next }) => `\n- **${severity}** ${cause} — \`${next}\``),
  ].join('\n');
}

function failure({ failure }: RunView): string[] {
  if (!failure) return [];
  const hint = failure.hint ? [`\nNext: ${failure.hint}`] : [];
  return ['', `**${failure.type}**: ${failure.message}`, ...hint];
}

function waiting({ waitingFor, pipeline }: RunView): string[] {
  if (waitingFor.length === 0) return [];
  return [
    '',
    'The run goes on when a person agrees to:',
    ...waitingFor.map(({ key, reason }) => `- **${key}**: ${reason}`),
    '',
    `Answer with \`n2m approve ${pipeline}\` or \`n2m reject ${pipeline}\`, or with the updates *approve* and *reject* here.`,
  ];
}

const MARK: Record<StepView['state'], string> = { pending: '·', running: '▶', done: '✔', failed: '✘', skipped: '–' };

function steps(list: StepView[]): string[] {
  if (list.length === 0) return [];
  return [
    '',
    '| | step | |',
    '|---|---|---|',
    ...list.map((step) => `| ${MARK[step.state]} | ${cell(step.object)} | ${cell(stepWords(step))} |`),
  ];
}

function stepWords({ outcome, sentence }: StepView): string {
  return outcome && outcome !== 'waited' ? `${outcome}: ${sentence}` : sentence;
}

function snapshot({ snapshot: progress, phase }: RunView): string[] {
  if (!progress) return [];
  const live =
    phase === 'snapshotting' ? ['', 'Newer numbers are in the heartbeat of the pending activity *awaitSnapshot*.'] : [];
  const rows = progress.tables
    .slice(0, MOST_TABLES)
    .map((table) => `| ${cell(table.table)} | ${table.state} | ${rowWords(table)} |`);
  const left = progress.tables.length - rows.length;
  return [
    '',
    '### First copy',
    ...(progress.stuck
      ? ['', `**Stuck** since ${progress.stuck.since}: ${progress.stuck.cause}`, ...blockers(progress)]
      : []),
    '',
    '| table | state | rows |',
    '|---|---|---|',
    ...rows,
    ...(left > 0 ? ['', `… and ${formatCount(left)} more`] : []),
    '',
    rateWords(progress),
    ...live,
  ];
}

function blockers({ stuck }: SnapshotProgress): string[] {
  return (stuck?.blockers ?? []).map(({ user, application, ageSeconds, remedy }) => {
    return `- ${user} (${application || 'no application name'}), open for ${formatDuration(ageSeconds * 1000)}: \`${remedy}\``;
  });
}

function rowWords({ rowsCopied, rowsExpected }: TableProgress): string {
  return rowsExpected === null
    ? formatCount(rowsCopied)
    : `${formatCount(rowsCopied)} of about ${formatCount(rowsExpected)}`;
}

function rateWords({ rowsPerSecond, etaSeconds, restarts }: SnapshotProgress): string {
  const parts = [
    ...(rowsPerSecond === null ? [] : [`${formatShort(rowsPerSecond)} rows/s`]),
    ...(etaSeconds === null ? [] : [`about ${formatDuration(etaSeconds * 1000)} left`]),
    ...(restarts > 0 ? [`started over ${restarts} times`] : []),
  ];
  return parts.join(', ');
}

function findings({ findings }: RunView): string[] {
  if (findings.length === 0) return [];
  const lines = findings
    .slice(0, MOST_FINDINGS)
    .map(({ severity, subject, sentence }) => `- **${severity}** ${subject}: ${sentence}`);
  return ['', '### Findings', ...lines];
}

const sideWords = (side: Reading<unknown>): string => (side.ok ? 'yes' : `no: ${cell(side.failure.message)}`);

/** Table cells must not end early. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
