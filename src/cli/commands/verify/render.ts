import { plural } from '../../../core/text/count';
import type { VerifyResult } from '../../../core/verify/types';
import { differenceSentence, unsettledSentence, verifySentence } from '../../../core/verify/words';
import { shown } from '../../../core/text/shown';
import type { Paint } from '../../terminal/paint';

/** What came of a comparison, worst first. */
export function renderVerify(result: VerifyResult, paint: Paint): string[] {
  const mark = { equal: paint.green('✓'), differs: paint.red('✗'), incomplete: paint.yellow('!') }[result.verdict];
  return [
    `${mark} ${verifySentence(result)}`,
    ...result.differences.map((difference) => `  ${paint.red('≠')} ${shown(differenceSentence(difference))}`),
    ...rest(result.differing - result.differences.length, 'more row', 'more rows'),
    ...unsettledSentence(result).map((sentence) => `  ${paint.yellow('?')} ${sentence}`),
    ...result.notCompared.map(({ what, why }) => `  ${paint.yellow('?')} not compared: ${shown(what)}: ${shown(why)}`),
    ...rest(result.notComparedCount - result.notCompared.length, 'more not compared', 'more not compared'),
  ];
}

const rest = (count: number, one: string, many: string): string[] =>
  count > 0 ? [`    and ${plural(count, one, many)}`] : [];
