import { type EntryKind, OURS_ALONE, texts } from '../../destroy/entry';
import { isMaterializeSlot } from '../../names';

/** The slot that Materialize made for the source. */
export interface SlotEntry {
  kind: 'slot';
  name: string;
}

export const slot: EntryKind<SlotEntry> = {
  ...texts<SlotEntry>('name'),
  // No other tool's.
  isPlausible: ({ name }) => isMaterializeSlot(name),
  ...OURS_ALONE,
};
