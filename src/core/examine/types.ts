import type { FailureInfo } from '../failures/types';
import type { SecretPurpose } from '../spec/purposes';
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
  purpose: SecretPurpose;
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

/** Every reference of a file with its path in it, and what it is for. */
export function referencesOf({ source, materialize, watch, alerts }: PipelineSpec): Reference[] {
  const { role } = source;
  const named = (ref: SecretRef | null, path: string, purpose: SecretPurpose): Reference[] =>
    ref === null ? [] : [{ ref, path, purpose }];
  return [
    ...(source.kind === 'neon'
      ? named(source.apiKey, 'source.apiKey', 'api-key')
      : [
          ...named(source.url, 'source.url', 'postgres-url'),
          ...named(source.primary ?? null, 'source.primary', 'postgres-url'),
        ]),
    ...(role.via === 'given' ? named(role.password, 'source.role.password', 'role-password') : []),
    ...named(materialize.url, 'materialize.url', 'materialize-url'),
    ...named(watch.pingUrl, 'watch.pingUrl', 'web-url'),
    ...alerts.flatMap(({ kind, url, signingKey }, index) => [
      ...named(url, `alerts[${index}].${kind}`, 'web-url'),
      ...named(signingKey, `alerts[${index}].signingKey`, 'signing-key'),
    ]),
  ];
}
