import type { FailureInfo } from '../failures/types';
import type { PipelineSpec, SecretRef } from '../spec/types';

/** What the worker says of itself, and of a pipeline's references and systems. Holds no secret and no row. */
export interface Examination {
  /** Of the worker's package. */
  version: string;
  /** Of Node, where the worker runs. */
  node: string;
  references: ReferenceLook[];
  /** Null without a file. */
  source: SystemLook | null;
  materialize: SystemLook | null;
}

/** A reference of a file. */
export interface Reference {
  ref: SecretRef;
  path: string;
  /** It is a URL that the worker calls to tell somebody. */
  called?: true;
}

/** Whether a reference has a value on the worker. */
export interface ReferenceLook {
  ref: SecretRef;
  /** Where the file names it. */
  path: string;
  failure: FailureInfo | null;
}

/** A session with one system: what it is, and how far its clock is ahead of the worker's. */
export type SystemLook =
  { ok: true; version: string; user: string; clockAheadMs: number } | { ok: false; failure: FailureInfo };

/** The one activity behind it; reads only. */
export interface ExamineActivities {
  examine(input: { spec: PipelineSpec | null }): Promise<Examination>;
}

/** Every reference of a file with its path in it. */
export function referencesOf({ source, materialize, watch, alerts }: PipelineSpec): Reference[] {
  const { role } = source;
  return [
    source.kind === 'neon' ? { ref: source.apiKey, path: 'source.apiKey' } : { ref: source.url, path: 'source.url' },
    ...(role.via === 'given' ? [{ ref: role.password, path: 'source.role.password' }] : []),
    { ref: materialize.url, path: 'materialize.url' },
    ...(watch.pingUrl ? [{ ref: watch.pingUrl, path: 'watch.pingUrl', called: true as const }] : []),
    ...alerts.flatMap(({ kind, url, signingKey }, index) => [
      { ref: url, path: `alerts[${index}].${kind}`, called: true as const },
      ...(signingKey ? [{ ref: signingKey, path: `alerts[${index}].signingKey` }] : []),
    ]),
  ];
}
