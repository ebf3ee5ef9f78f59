import { formatCount, plural } from '../text/count';
import { formatDuration } from '../text/duration';
import { inMarkdown } from '../text/markdown';
import { shown } from '../text/shown';
import type { Difference, VerifyResult } from './types';

/** What a comparison says to people. */

/** The first line: what came of it. */
export function verifySentence(result: VerifyResult): string {
  const { verdict, tables, rows, differing, more, amount } = result;
  const how = amount === 'full' ? '' : ' in samples';
  const read = `${plural(tables, 'table')}, ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}${how}`;
  const took = formatDuration(result.seconds * 1_000);
  if (verdict === 'equal') return `equal: ${read}, compared in ${took}`;
  if (verdict === 'incomplete') return `not all could be compared: ${read} without a difference, in ${took}`;
  return `${more ? 'at least ' : ''}${plural(differing, 'row differs', 'rows differ')} of ${read}, compared in ${took}`;
}

/** One row that differs, in one line. */
export function differenceSentence({ table, key, hash, what, columns }: Difference): string {
  const named =
    key === null
      ? `row ${hash ?? ''}`
      : Object.entries(key)
          .map(([name, value]) => `${name}=${value}`)
          .join(' ');
  const where = `${table} ${named}`;
  if (what === 'missing') return `${where}: missing in Materialize`;
  if (what === 'extra') return `${where}: in Materialize alone`;
  const values = columns.map(
    ({ column, upstream, materialize }) =>
      `${column} is ${upstream ?? 'NULL'} upstream, ${materialize ?? 'NULL'} there`,
  );
  return `${where}: ${values.join('; ') || 'several rows with this key'}`;
}

/** Rows that nobody could compare as they were never still; empty where there were none. */
export const unsettledSentence = ({ unsettled }: VerifyResult): string[] =>
  unsettled === 0 ? [] : [`${plural(unsettled, 'row was', 'rows were')} written at every look, and never compared`];

/** For Temporal's page of the run. */
export function renderVerifyDetails(result: VerifyResult): string {
  return [
    `**${result.verdict}** ${verifySentence(result)}`,
    ...result.differences.map((difference) => `- ${inMarkdown(shown(differenceSentence(difference)))}`),
    ...unsettledSentence(result).map((sentence) => `- ${sentence}`),
    ...result.notCompared.map(({ what, why }) => `- not compared: ${inMarkdown(shown(`${what}: ${why}`))}`),
  ].join('\n');
}
