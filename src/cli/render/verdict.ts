import { VERDICTS, type VerdictName } from '../../core/watch/types';
import type { Paint } from '../terminal/paint';

export function paintVerdict(name: VerdictName, paint: Paint): string {
  switch (name) {
    case 'healthy':
      return paint.green(name);
    case 'snapshotting':
    case 'changing':
      return paint.cyan(name);
    case 'lagging':
    case 'unknown':
      return paint.yellow(name);
    case 'stuck':
    case 'broken':
      return paint.red(name);
  }
}

/** Worst first; not knowing is worse than lagging. */
const ORDER: readonly VerdictName[] = ['broken', 'stuck', 'unknown', 'lagging', 'snapshotting', 'changing', 'healthy'];

export function byWorst(a: VerdictName, b: VerdictName): number {
  return ORDER.indexOf(a) - ORDER.indexOf(b);
}

export function isVerdict(value: unknown): value is VerdictName {
  return (VERDICTS as readonly unknown[]).includes(value);
}
