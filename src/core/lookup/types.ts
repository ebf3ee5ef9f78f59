import type { FailureInfo } from '../failures/types';
import type { PipelineSpec } from '../spec/types';

/**
 * What `n2m init` asks the worker, which alone has keys: always through the references a first file has, see
 * `STARTER_REFERENCES`. Names only go back.
 */
export type Question =
  | { what: 'projects' }
  | { what: 'branches'; project: string }
  /** Kind neon; `branch` null: the default one. */
  | { what: 'databases'; project: string; branch: string | null }
  /** Of the file as far as it was answered, with `all` for its tables. */
  | { what: 'tables'; spec: PipelineSpec }
  | { what: 'clusters' }
  | { what: 'sizes' };

export interface Choice {
  /** As the file has it. */
  value: string;
  /** What tells it from others; null where the value says all. */
  note: string | null;
  /** Taken where nobody says another. */
  usual: boolean;
}

export type Answer = { ok: true; choices: Choice[] } | { ok: false; failure: FailureInfo };

/** The one activity behind it; reads only. */
export interface LookUpActivities {
  lookUp(question: Question): Promise<Answer>;
}
