import { TRIES } from '../../test/attacks/list';
import { table } from './markdown';

/** What each attacker of `test/attacks` is after and does not reach, with the number of ways that are tried. */
export function attacksTable(): string {
  const rows = Object.entries(TRIES).flatMap(([attacker, tries]) => {
    const aims = Object.values(tries as Record<string, string>);
    return [...new Set(aims)].map((aim, index) => [
      index === 0 ? attacker : '',
      aim,
      String(aims.filter((one) => one === aim).length),
    ]);
  });
  return table(['who', 'cannot reach', 'ways tried'], rows);
}
