import type { PipelineSpec } from '../../spec/types';

/** Whether Materialize reads a standby, so that what only a primary takes goes to another server than it reads. */
export const readsStandby = ({ source }: Pick<PipelineSpec, 'source'>): boolean =>
  source.kind === 'postgres' && source.primary !== undefined;

/** A standby that Materialize reads. Settings, slots and WAL senders in `SourceFacts` are its own then. */
export interface StandbyFacts {
  /** In recovery, as a standby is. */
  standby: boolean;
  versionNum: number;
  /** It is a copy of the primary that the file names; null where one of them does not say. */
  sameSystem: boolean | null;
  /** hot_standby_feedback: the primary keeps the rows that it needs. */
  feedback: boolean;
  /** primary_slot_name: the slot in which the primary keeps them also while it is away. */
  physicalSlot: string | null;
  /** n2m's login may have the primary log what runs, for which slots wait. */
  mayLogRunning: boolean;
}
