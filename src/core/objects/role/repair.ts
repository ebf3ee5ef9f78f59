import { sourceError } from '../../watch/source-errors';
import type { TargetReading } from '../../watch/types';
import { PASSWORD_REFUSED } from './refused';

/** The source was told that its password is wrong, lately or now; worth a try, as a flapping source says little. */
export function suspectsPassword({ source }: TargetReading): boolean {
  const texts = [source.error, ...source.stalledSince.map(({ error }) => error)];
  return texts.some((text) => sourceError(text)?.pattern === PASSWORD_REFUSED);
}
