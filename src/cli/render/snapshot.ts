import { BY_INTEREST, countStates, statesOf } from '../../core/snapshot/kept';
import { isCommitted, tableCount, totalExpected, totalRows } from '../../core/snapshot/progress';
import type { AllTables, SnapshotProgress, TableProgress } from '../../core/snapshot/types';
import { formatCount, formatShort, plural } from '../../core/text/count';
import { nameColumn } from '../../core/text/cut';
import { formatDuration } from '../../core/text/duration';
import { fit, wrapWords } from '../../core/text/fit';
import { elapsed, type RenderOptions } from './options';

/** The first copy: one line in all, one per table with bar and rows, and why nothing moves where it is known. */
export function renderSnapshot(progress: SnapshotProgress, options: RenderOptions): string[] {
  const { width, paint } = options;
  const lines = [paint.bold(fit(`  ${snapshotSummary(progress, options.now)}`, width))];
  const names = Math.min(28, Math.max(8, ...progress.tables.map(({ table }) => table.length)), Math.floor(width / 3));
  const { first } = ofInterest(progress.tables);
  lines.push(...first.map((table) => tableLine(table, names, options)));
  const rest = without(statesOf(progress), first);
  if (tableCount(progress) > first.length) lines.push(fit(`    … and ${stateWords(rest)}`, width));
  if (progress.sourceError !== null) {
    lines.push(paint.red(fit(`    source ${progress.sourceStatus}: ${progress.sourceError}`, width)));
  }
  if (progress.stuck !== null) lines.push(...stuckLines(progress, options));
  return lines;
}

/** `1.2M of about 2.0M rows · 12.3k rows/s · 3m 20s left · 1m 05s so far`. */
export function snapshotSummary(progress: SnapshotProgress, now: string): string {
  const parts = [`snapshot: ${rowsInAll(progress)}`];
  const over = isCommitted(progress);
  if (!over && progress.rowsPerSecond !== null) parts.push(`${formatShort(progress.rowsPerSecond)} rows/s`);
  if (!over && progress.etaSeconds !== null) parts.push(`${formatDuration(progress.etaSeconds * 1000)} left`);
  parts.push(`${elapsed(progress.startedAt, over ? progress.observedAt : now)}${over ? '' : ' so far'}`);
  if (progress.restarts > 0) parts.push(`started over ${plural(progress.restarts, 'time')}`);
  return parts.join(' · ');
}

function rowsInAll(progress: SnapshotProgress): string {
  const copied = totalRows(progress);
  if (isCommitted(progress)) return `${plural(tableCount(progress), 'table')} committed`;
  const expected = totalExpected(progress);
  return expected === null || expected < copied
    ? `${formatCount(copied)} rows`
    : `${formatCount(copied)} of about ${formatCount(expected)} rows`;
}

/** More tables than this are counted: the block has to fit a screen. */
const MOST_TABLES = 15;

/** All in their order where they are few; else those first that fail or move. */
export function ofInterest(
  tables: TableProgress[],
  most = MOST_TABLES,
): { first: TableProgress[]; rest: TableProgress[] } {
  if (tables.length <= most) return { first: tables, rest: [] };
  const sorted = [...tables].sort((a, b) => BY_INTEREST.indexOf(a.state) - BY_INTEREST.indexOf(b.state));
  return { first: sorted.slice(0, most), rest: sorted.slice(most) };
}

/** `1,985 more: 1,900 committed, 85 waiting`. */
export const countByState = (tables: TableProgress[]): string => stateWords(countStates(tables));

function stateWords(states: AllTables['states']): string {
  const counts = BY_INTEREST.flatMap((state) => (states[state] ? [`${formatCount(states[state])} ${state}`] : []));
  const count = Object.values(states).reduce((sum, one) => sum + one, 0);
  return `${formatCount(count)} more: ${counts.join(', ')}`;
}

/** What is left where these tables are shown. */
function without(states: AllTables['states'], shown: TableProgress[]): AllTables['states'] {
  const left = { ...states };
  for (const { state } of shown) left[state] = (left[state] ?? 0) - 1;
  return left;
}

const BAR = 24;

function tableLine(table: TableProgress, names: number, { width, paint }: RenderOptions): string {
  const name = nameColumn(table.table, names);
  const note = noteOf(table);
  // Indentation, name, two gaps, percentage.
  const room = width - 4 - names - 2 - note.length - 2;
  const share = shareOf(table);
  if (share === null || room < 11) return colourOf(table, paint)(fit(`    ${name}  ${note}`, width));
  const bar = Math.min(BAR, room - 5);
  const full = Math.round(share * bar);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return colourOf(table, paint)(`    ${name}  ${'█'.repeat(full)}${'░'.repeat(bar - full)} ${percent}  ${note}`);
}

/** Done is only what is committed: a copy that has all its rows stays below 100 %. */
function shareOf({ state, rowsCopied, rowsExpected }: TableProgress): number | null {
  if (state === 'committed') return 1;
  if (state === 'copied') return 0.99;
  if (state === 'failed' || state === 'waiting' || !rowsExpected) return null;
  return Math.min(0.99, rowsCopied / rowsExpected);
}

function noteOf(table: TableProgress): string {
  switch (table.state) {
    case 'waiting':
      return 'waiting';
    case 'copying':
      return `${formatCount(table.rowsCopied)} rows`;
    case 'copied':
      return `${formatCount(table.rowsCopied)} rows, committing`;
    case 'committed':
      return 'committed';
    case 'failed':
      return `failed: ${table.error ?? 'no reason given'}`;
  }
}

function colourOf({ state }: TableProgress, paint: RenderOptions['paint']): (text: string) => string {
  if (state === 'failed') return paint.red;
  if (state === 'waiting') return paint.dim;
  return state === 'committed' ? paint.green : (text) => text;
}

function stuckLines({ stuck }: SnapshotProgress, { width, paint, now }: RenderOptions): string[] {
  if (stuck === null) return [];
  const texts = [
    `nothing moves for ${elapsed(stuck.since, now)}: ${stuck.cause}`,
    ...stuck.blockers.map((blocker) => {
      const who = blocker.kind === 'prepared' ? `prepared transaction ${blocker.gid}` : `session ${blocker.pid}`;
      const age = formatDuration(blocker.ageSeconds * 1000);
      return `${who} of ${blocker.user} (${blocker.application || 'no application name'}), ${age} old; ends it: ${blocker.remedy}`;
    }),
  ];
  return texts.flatMap((text) =>
    wrapWords(text, width - 6, '  ').map((line) => paint.yellow(fit(`    ${line}`, width))),
  );
}
