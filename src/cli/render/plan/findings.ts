import { listed } from '../../../core/plan/context';
import type { Finding } from '../../../core/plan/types';
import { formatCount, plural } from '../../../core/text/count';
import { fit, wrapWords } from '../../../core/text/fit';
import type { Paint } from '../../terminal/paint';
import { cutEnd, type TableNames } from './short-names';

/** What stands in the way first. */
const ORDER = { blocking: 0, warning: 1, info: 2 } as const;

/** Findings of one code and severity, and at least one of them. */
type Group = [Finding, ...Finding[]];

/** From so many on, findings of one code are one entry with a count and the first names. */
const FOLDED_FROM = 3;

/** Findings in the order of their severity; with `names` folded and short, without each by itself. */
export function findingLines(findings: Finding[], names: TableNames | null, paint: Paint, width: number): string[] {
  const sorted = [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  if (names === null) return sorted.flatMap((finding) => groupLines([finding], paint, width));
  return folded(sorted).flatMap((group) => {
    const short = shortened(group, names);
    return group[0].severity === 'info' ? [noteLine(short, paint, width)] : groupLines(short, paint, width);
  });
}

function folded(findings: Finding[]): Group[] {
  const groups = new Map<string, Group>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.code}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()].flatMap((group) =>
    group.length < FOLDED_FROM ? group.map((finding): Group => [finding]) : [group],
  );
}

/** Only what is read: a fix is there to be copied. */
function shortened([first, ...others]: Group, names: TableNames): Group {
  const short = (finding: Finding): Finding => ({
    ...finding,
    subject: names.shorten(finding.subject),
    sentence: cutEnd(names.shorten(finding.sentence)),
  });
  return [short(first), ...others.map(short)];
}

function groupLines(group: Group, paint: Paint, width: number): string[] {
  const [{ severity, fix }, ...others] = group;
  const colour = { blocking: paint.red, warning: paint.yellow, info: paint.dim }[severity];
  const lines = wrapWords(textOf(group), width, '  ').map(colour);
  // In one piece, to be copied.
  if (fix !== null) lines.push(`    fix: ${fix}`);
  const fixes = others.filter((other) => other.fix !== null).length + (fix === null ? 0 : unlisted(group));
  if (fixes > 0) lines.push(`    and ${plural(fixes, 'more fix', 'more fixes')}: --full has each`);
  return lines;
}

/** What the run does by itself, or only wants to be known: a line each. */
function noteLine(group: Group, paint: Paint, width: number): string {
  const text = textOf(group);
  const code = text.slice(text.lastIndexOf(' ['));
  return paint.dim(fit(text.slice(0, -code.length), width - code.length) + code);
}

/** Findings that the plan only counts. */
const unlisted = (group: Group): number => group.reduce((sum, { more = 0 }) => sum + more, 0);

function textOf(group: Group): string {
  const [{ severity, subject, sentence, code }, ...others] = group;
  const more = unlisted(group);
  const mark = { blocking: '✗', warning: '!', info: 'i' }[severity];
  const about = sentence.startsWith(subject) ? '' : `${subject}: `;
  const subjects = [...others.map((other) => other.subject), ...Array<string>(more).fill('')];
  const likewise =
    others.length > 0 ? `; likewise ${listed(subjects)}` : more > 0 ? `; and ${formatCount(more)} more` : '';
  const count = subjects.length === 0 ? '' : ` ×${subjects.length + 1}`;
  return `${mark} ${about}${sentence}${likewise} [${code}${count}]`;
}
