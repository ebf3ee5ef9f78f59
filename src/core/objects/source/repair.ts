import type { Remedies } from '../../repair/types';

const LOST = ['slot-lost', 'slot-missing', 'source-restored', 'server-restored'];

/** Materialize makes a lost slot again under its old name and then fails for ever: only a new source helps. */
export const sourceRemedies: Remedies = {
  remakes: ({ rule }) => LOST.includes(rule),
  converges: ['source-missing'],
  // Without a memory of the slot: what was copied proves that there was one.
  remake: ({ source, upstream: { slot } }) =>
    source?.slot != null &&
    slot.slot === source.slot &&
    !slot.exists &&
    source.children.some((child) => child.committed)
      ? [`slot ${source.slot} is gone from the server`]
      : [],
};
