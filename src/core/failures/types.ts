/**
 * The closed set of failure types. One edge (src/activities/edges/failures.ts) turns SQLSTATE, HTTP status and network
 * errors into one of them; `n2m explain TYPE` prints the runbook entry.
 */
export const FAILURE_TYPES = [
  'InvalidPipeline', // the file cannot work, whatever the systems say
  'SecretNotAllowed', // a reference the worker does not hand out
  'SecretMissing', // an allowed reference without a value
  'AuthenticationFailed', // wrong password, key or user
  'PermissionDenied', // known who we are, not allowed
  'CertificateRejected', // TLS verification failed
  'Unreachable', // refused, reset, no route, DNS (retried)
  'Timeout', // our own deadline passed; the outcome is unknown until looked up (retried)
  'ServerBusy', // 423, 429, 503, 53300, 40001, 55006: comes back by itself (retried)
  'NotFound', // a project, branch, database, table named in the file does not exist
  'UnknownSize', // a cluster size the region does not have
  'UnsupportedType', // a column Materialize cannot ingest
  'PreconditionFailed', // wal_level, slots, replica identity, publication: findings after the fact
  'Conflict', // an object of that name exists, is not ours and differs
  'LimitReached', // a resource limit of either system
  'QuotaExceeded', // Neon: compute hours, transfer, storage of the plan are used up (retried for a while)
  'EndpointDisabled', // Neon: the compute is switched off (retried for a while)
  'EndpointGone', // Neon: the address leads to no compute any more; asked for anew, then retried for a while
  'Blocked', // findings or conflicts in the plan stop the run
  'Rejected', // a person said no
  'OperationFailed', // a Neon operation ended in failure
  'SlotLost', // the replication slot is gone or invalidated
  'SourceStalled', // Materialize reports a permanent error
  'UnsupportedServer', // version or feature gate
  'Unexpected', // anything else: retried with a cap, reported with its code
] as const;

export type FailureType = (typeof FAILURE_TYPES)[number];

/** The system a failure came from. */
export type System = 'neon' | 'source' | 'materialize' | 'temporal' | 'alerts' | 'worker' | 'file';

/** A failure as people and programs see it. The message is scrubbed and fits one sentence. */
export interface FailureInfo {
  type: FailureType;
  system: System;
  message: string;
  /** SQLSTATE, HTTP status or errno. */
  code: string | null;
  retryable: boolean;
  /** Tried again no longer than this, milliseconds; absent: for as long as it takes. */
  patienceMs?: number;
  /** What to do next, with a command where there is one. */
  hint: string | null;
}
