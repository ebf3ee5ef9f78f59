import { valueAt } from '../messages';
import type { Path } from '../yaml';

/** A look into the raw file, whatever is broken in it. */

export const has = (raw: unknown, path: Path): boolean => (valueAt(raw, path) ?? null) !== null;

export const textAt = (raw: unknown, path: Path): string | null => {
  const value = valueAt(raw, path);
  return typeof value === 'string' ? value : null;
};
