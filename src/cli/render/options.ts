import { formatDuration } from '../../core/text/duration';
import type { Paint } from '../terminal/paint';

export interface RenderOptions {
  width: number;
  paint: Paint;
  /** ISO time, for what is still running. */
  now: string;
}

/** Time between two ISO times, for people; never negative, as clocks differ. */
export function elapsed(from: string, to: string): string {
  return formatDuration(Math.max(0, Date.parse(to) - Date.parse(from)));
}
