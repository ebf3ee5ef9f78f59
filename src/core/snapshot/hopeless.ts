/** When waiting for the first copy has to end. */
import { sourceError } from '../watch/source-errors';
import { isStalled } from './progress';
import type { SnapshotProgress } from './types';

/**
 * Why waiting would wait for ever: the source stays stalled with an error that never ends by itself. Null while there
 * is hope; tables that failed on their own are in `tables`.
 */
export function hopeless(progress: SnapshotProgress): { type: 'SlotLost' | 'SourceStalled'; message: string } | null {
  const known = sourceError(progress.sourceError);
  if (!known?.permanent || !isStalled(progress)) return null;
  return { type: known.rule === 'slot-lost' ? 'SlotLost' : 'SourceStalled', message: known.meaning };
}
