import type { ReplicateReport } from '../../core/run/types';
import { plural } from '../../core/text/count';
import { formatDuration } from '../../core/text/duration';
import { formatBytes } from '../../core/text/size';
import { shownIn } from '../../core/text/shown';
import type { Verdict } from '../../core/watch/types';
import type { Paint } from '../terminal/paint';
import { byHandLines } from './repair';
import { paintVerdict } from './verdict';

/** Nobody should go home after such a look. */
export const isAlarming = (verdict: Pick<Verdict, 'severity'> | undefined): boolean =>
  verdict?.severity === 'critical' || verdict?.severity === 'terminal';

/** What a finished run comes to, in a few lines. */
export function renderReport({ recreated, ...read }: ReplicateReport, paint: Paint): string[] {
  const report = shownIn(read);
  const done = report.steps.filter(({ outcome }) => outcome !== null && outcome !== 'kept' && outcome !== 'adopted');
  const lines = [
    report.changed
      ? `${paint.green('✓')} ${report.pipeline}: ${plural(done.length, 'step')} done in ${formatDuration(report.seconds * 1000)}`
      : `${paint.green('✓')} ${report.pipeline}: nothing to change`,
  ];
  if (report.snapshotSeconds !== null) lines.push(`  snapshot   ${formatDuration(report.snapshotSeconds * 1000)}`);
  if (report.clusterSize !== null) lines.push(`  cluster    ${report.clusterSize}`);
  if (report.slot !== null) {
    const { slot, retainedBytes, unconfirmedBytes } = report.slot;
    const bytes = (value: string | null) => (value === null ? 'unknown' : formatBytes(value));
    lines.push(`  slot       ${slot}: ${bytes(retainedBytes)} retained, ${bytes(unconfirmedBytes)} not confirmed`);
  }
  if (report.firstCheck !== null) {
    const { verdict } = report.firstCheck;
    lines.push(`  first look ${paintVerdict(verdict.name, paint)}: ${verdict.cause}`);
    if (isAlarming(verdict)) lines.push(`  next: ${verdict.next}`);
  }
  lines.push(...byHandLines(recreated, paint));
  lines.push(`  from now on: n2m status ${report.pipeline}`);
  return lines;
}
