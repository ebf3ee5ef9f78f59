import type { WatchFacts } from '../plan/facts';
import type { PipelineSpec } from '../spec/types';
import type { DestroySource, DestroyTarget, KnownUpstream } from './types';

/** Everything that a destroy is decided from. */
export interface DestroyContext {
  spec: PipelineSpec;
  target: DestroyTarget;
  watch: WatchFacts;
  /** Null where upstream must not be asked or does not answer. */
  source: DestroySource | null;
  known: KnownUpstream;
  /** The source in Materialize stays, so what it reads has to stay, too. */
  sourceStays: boolean;
  /** The source in Materialize is there and goes: its slot goes with it. */
  sourceGoes: boolean;
  /** Ids of what goes in Materialize by the steps looked at so far, each of which makes room for the next. */
  going: Set<string>;
}

/** What is shared upstream, as the rooms look at it. */
export interface Shared {
  spec: PipelineSpec;
  found: DestroySource;
  known: KnownUpstream;
}

export const shared = ({ spec, known }: DestroyContext, found: DestroySource): Shared => ({ spec, found, known });

/** Why something upstream is left where upstream was not touched. */
export const UNTOUCHED = 'upstream was not touched';

/** Why what the source reads is kept. */
export const readByTheSource = ({ spec }: DestroyContext): string =>
  `source ${spec.materialize.names.source}, which stays, reads it`;

/** Statements as they can be pasted. */
export const ended = (statements: readonly (string | null)[]): string[] =>
  statements.flatMap((statement) => (statement === null ? [] : [`${statement};`]));
