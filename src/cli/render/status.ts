import { nameColumn } from '../../core/text/cut';
import { formatDuration } from '../../core/text/duration';
import { formatCount, plural } from '../../core/text/count';
import { lsnDistance } from '../../core/watch/lsn';
import type { StandbyReading } from '../../core/watch/types';
import { followedWords } from '../../core/watch/readings/follow';
import { column, fit, wrapWords } from '../../core/text/fit';
import { formatBytes } from '../../core/text/size';
import { shownIn } from '../../core/text/shown';
import type { RenderOptions } from './options';
import { renderRun } from './run';
import { ago, type StatusDocument, type TableCounts } from './status-document';
import { paintVerdict } from './verdict';

/** The verdict first, both sides beside each other, what is wrong, then what to do. */
export function renderStatus(read: StatusDocument, options: RenderOptions): string[] {
  const status = shownIn(read);
  const { paint, width, now } = options;
  const lines = [`${paint.bold(status.pipeline)}  ${paintVerdict(status.verdict, paint)}`];
  lines.push(...wrapWords(status.cause, width - 2).map((line) => `  ${line}`), '');
  if (status.run?.view) lines.push(...renderRun(status.run.view, status.run.retries, options), '');
  else lines.push(...sides(status, options), ...tables(status, options));
  for (const symptom of status.symptoms) {
    if (symptom.cause === status.cause) continue;
    const colour = symptom.severity === 'warn' ? paint.yellow : paint.red;
    const where = symptom.table === null ? '' : `${symptom.table}: `;
    const text = `${where}${symptom.cause} [${symptom.rule}]`;
    lines.push(...wrapWords(text, width - 4, '  ').map((line) => colour(`  ! ${line}`)));
  }
  if (status.failed && !status.cause.includes(status.failed.failure.message)) {
    const text = `! the last ${status.failed.command} failed: ${status.failed.failure.message}`;
    lines.push(...wrapWords(text, width - 4, '  ').map((line) => paint.yellow(`  ${line}`)));
  }
  lines.push(...owedLines(status, options));
  lines.push(
    ...footer(status, now)
      .flatMap((text) => wrapWords(text, width - 2, '  '))
      .map((line) => paint.dim(`  ${fit(line, width - 2)}`)),
  );
  lines.push(...wrapWords(`next: ${status.next}`, width, '  '));
  return lines;
}

/** Bounded; all of it, with its statements, is in the JSON document. */
const MAX_OWED = 20;

function owedLines({ owed }: StatusDocument, { width, paint }: RenderOptions): string[] {
  if (owed.length === 0) return [];
  const head = 'dropped by a run and not made again yet; the next apply or repair does it:';
  const names = owed.slice(0, MAX_OWED).map(({ type, name, sql }) => {
    const what = `${type.replaceAll('-', ' ')} ${name}`;
    return sql === null ? `privileges and comments of ${what}` : what;
  });
  const rest = owed.length - names.length;
  return [
    ...wrapWords(`! ${head}`, width - 4, '  ').map((line) => paint.yellow(`  ${line}`)),
    ...names.map((name) => fit(`      ${name}`, width)),
    ...(rest > 0 ? [`      … and ${rest} more, see --output json`] : []),
  ];
}

/** Label and value of each side, in the same order of interest. */
function sides(status: StatusDocument, { width, paint }: RenderOptions): string[] {
  if (status.source === null && status.target === null) return [];
  const left = sourceLines(status.source);
  const right = targetLines(status.target);
  if (width < 60) {
    return [
      '  Postgres',
      ...left.map((line) => `    ${fit(line, width - 4)}`),
      '  Materialize',
      ...right.map((line) => `    ${fit(line, width - 4)}`),
      '',
    ];
  }
  const half = Math.floor((width - 4) / 2);
  const rows = [paint.bold(`  ${column('Postgres', half)}Materialize`)];
  for (let row = 0; row < Math.max(left.length, right.length); row += 1) {
    rows.push(`  ${column(left[row] ?? '', half - 1)} ${fit(right[row] ?? '', half)}`.trimEnd());
  }
  return [...rows, ''];
}

const bytes = (value: string | null): string => (value === null ? 'unknown' : formatBytes(value));

function sourceLines(side: StatusDocument['source']): string[] {
  if (side === null) return ['not looked at'];
  if (!side.reachable) return [`not readable: ${side.failure.message}`];
  const { slot } = side;
  if (!slot.exists) return [`slot       ${slot.slot} does not exist`];
  return [
    `slot       ${slot.active ? 'active' : 'inactive'}${slot.walStatus === null ? '' : `, WAL ${slot.walStatus}`}`,
    `retained   ${bytes(slot.retainedBytes)}${side.maxSlotWalKeepSize === null ? '' : ` of at most ${bytes(side.maxSlotWalKeepSize)}`}`,
    `unread     ${bytes(slot.unconfirmedBytes)}`,
    ...(side.pair === undefined ? [] : [`standby    ${standbyWords(side.pair)}`]),
    `published  ${side.publication.exists ? plural(side.publication.tables, 'table') : 'no publication'}`,
    `name       ${slot.slot}`,
  ];
}

/** How far it is behind its primary: Materialize has no more than it. */
function standbyWords({ primary, replayedLsn }: StandbyReading): string {
  const lacks = lsnDistance(replayedLsn ?? '', primary.flushedLsn ?? '');
  if (lacks === null) return 'unknown how far';
  return lacks <= 0n ? 'has what its primary has' : `lacks ${formatBytes(lacks.toString())} of its primary’s WAL`;
}

function targetLines(side: StatusDocument['target']): string[] {
  if (side === null) return ['not looked at'];
  if (!side.reachable) return [`not readable: ${side.failure.message}`];
  const { source, cluster } = side;
  const use = [
    ...(cluster.memory === null ? [] : [`memory ${Math.round(cluster.memory * 100)} %`]),
    ...(cluster.disk === null ? [] : [`disk ${Math.round(cluster.disk * 100)} %`]),
  ].join(', ');
  return [
    source.exists ? `source     ${source.status}` : 'source     does not exist',
    cluster.exists
      ? `cluster    ${cluster.name}, ${cluster.size ?? 'unmanaged'}`
      : `cluster    ${cluster.name} does not exist`,
    `replicas   ${cluster.replicas.map(({ status }) => status).join(', ') || 'none'}`,
    ...(use === '' ? [] : [`used       ${use}`]),
    ...(source.error === null ? [] : [`error      ${source.error}`]),
  ];
}

/** Those that the look named, the worst first, and how many there are. */
function tables({ tables: named, tableCounts: counts }: StatusDocument, { width, paint }: RenderOptions): string[] {
  if (counts === null || counts.count === 0) return [];
  const behind = (ms: number | null) => (ms === null ? '' : `${formatDuration(ms)} behind`);
  const names = Math.min(32, Math.max(...named.map(({ table }) => table.length)), Math.floor(width / 2));
  const lines = named.map(({ table, status, error, freshnessMs }) => {
    const text = fit(
      `  ${nameColumn(table, names)}  ${column(status, 9)} ${error === null ? behind(freshnessMs) : error}`,
      width,
    );
    return error === null ? text.trimEnd() : paint.red(text);
  });
  return [...lines, ...restLine(named.length, counts, width), ''];
}

function restLine(named: number, counts: TableCounts, width: number): string[] {
  const left = counts.count - named;
  if (left <= 0) return [];
  const statuses = Object.entries(counts.statuses).map(([status, count]) => `${formatCount(count)} ${status}`);
  const late = counts.freshnessMs === null ? '' : `, at most ${formatDuration(counts.freshnessMs)} behind`;
  const some = named === 0 ? plural(left, 'table') : `… and ${plural(left, 'table')} more`;
  const text = `  ${some}; of all: ${statuses.join(', ')}${late}; n2m status --full names them`;
  return wrapWords(text.trim(), width - 2, '  ').map((line) => `  ${line}`);
}

function footer({ checkedAt, watch, alerts, verified, follow }: StatusDocument, now: string): string[] {
  const lines: string[] = [];
  if (verified?.last) lines.push(`compared ${ago(verified.last.at, now)}: ${verified.last.sentence}`);
  if (follow?.state === 'brought') lines.push(`${ago(follow.at, now)} ${followedWords(follow)}`);
  if (checkedAt !== null) lines.push(`read ${ago(checkedAt, now)}`);
  if (watch?.paused) lines.push(`the watch is paused${watch.note === null ? '' : ` (${watch.note})`}`);
  else if (watch?.every) lines.push(`watched every ${formatDuration(watch.every)}`);
  if (alerts.length > 0)
    lines.push(`${plural(alerts.length, 'alert')} open since ${alerts.map(({ openedAt }) => openedAt).sort()[0]}`);
  return lines;
}
