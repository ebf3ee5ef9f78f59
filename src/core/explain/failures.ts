import type { FailureType } from '../failures/types';
import type { Entry } from './types';

const STATUS = 'n2m status NAME shows the step and the message.';

export const failureEntries: Record<FailureType, Entry> = {
  InvalidPipeline: [
    'The file cannot work, whatever the systems say.',
    'The message names path and line.',
    'Correct it.',
  ],
  SecretNotAllowed: [
    'The worker does not hand out this reference: names need the prefix N2M_SECRET_ or an entry in N2M_SECRETS_ALLOW, values the form of what they are used as, and an address that only a file names an entry in N2M_REACHABLE_ALLOW. Or it is the URL of an alert that leads to no public host, or without https, and N2M_WEBHOOK_ALLOW does not list it.',
    'n2m doctor',
    'Rename the variable, name the right one, or allow it on the worker.',
  ],
  SecretMissing: [
    'The reference is allowed and has no value on the worker.',
    'n2m doctor',
    'Set it and restart the worker.',
  ],
  AuthenticationFailed: [
    'Wrong password, key or user.',
    STATUS,
    'Correct the reference’s value on the worker, then n2m apply FILE.',
  ],
  PermissionDenied: [
    'We are known and not allowed to do that.',
    STATUS,
    'Grant what the message names, then n2m apply FILE.',
  ],
  CertificateRejected: [
    'The server’s certificate could not be verified.',
    STATUS,
    'source.tls.ca with its authority, and the host name its certificate carries.',
  ],
  Unreachable: [
    'No connection: refused, reset, no route, no name. It is retried; a host that DNS does not know, for 15 minutes.',
    STATUS,
    'Check address, firewall and allow lists.',
  ],
  Timeout: [
    'No answer in time; whether it happened is looked up before anything is repeated.',
    STATUS,
    'Nothing, unless it stays.',
  ],
  ServerBusy: ['The system asks for patience; it is retried.', STATUS, 'Nothing, unless it stays.'],
  NotFound: ['A project, branch, database or table of the file does not exist.', STATUS, 'Correct the name.'],
  UnknownSize: ['The region has no such cluster size.', 'n2m plan FILE lists them.', 'Use one of them.'],
  UnsupportedType: [
    'A column has a type Materialize cannot take.',
    'n2m plan FILE names it.',
    'source.textColumns or source.excludeColumns.',
  ],
  PreconditionFailed: [
    'Something the plan had found in order was not, when it was needed.',
    STATUS,
    'n2m plan FILE, mend it, n2m apply FILE.',
  ],
  Conflict: [
    'An object of that name exists, is not ours and differs; or Materialize says that it exists and n2m does not find it.',
    'n2m plan FILE shows both definitions; the message names what was looked for and what was found.',
    'Another name, or make it match; where both spellings are the same table, report it.',
  ],
  LimitReached: ['A resource limit of one of the systems.', STATUS, 'Raise it, or use less.'],
  QuotaExceeded: [
    'Neon: compute hours, data transfer or storage of the plan are used up. It is retried for 15 minutes; the slot is kept for about 40 hours without a consumer.',
    'Billing in the Neon console; n2m status NAME says how many of the slot’s hours are gone.',
    'Upgrade the plan, or wait for the next billing period; then n2m apply FILE, or n2m repair NAME when the slot is gone.',
  ],
  EndpointDisabled: [
    'Neon: the compute is switched off. It is retried for 15 minutes; the slot is kept for about 40 hours without a consumer.',
    'The branch’s computes in the Neon console.',
    'Enable the compute, then n2m apply FILE.',
  ],
  EndpointGone: [
    'Neon: the address leads to no branch or compute any more. It is asked for anew and retried for 3 minutes.',
    'Branches and computes in the Neon console; source.branch of the file, or the host of its URL.',
    'Name the branch there is, or correct the URL, then n2m apply FILE. Its slots are not those of the old branch: n2m repair NAME.',
  ],
  Blocked: [
    'Blocking findings or conflicts stopped the run before it changed anything.',
    'n2m plan FILE',
    'Mend each with its fix.',
  ],
  Rejected: ['A person said no.', STATUS, 'Change the file, or n2m apply FILE again.'],
  OperationFailed: [
    'An operation of Neon ended in failure.',
    'The project’s operations in Neon’s console.',
    'n2m apply FILE; ask Neon if it stays.',
  ],
  SlotLost: ['The replication slot is gone or invalidated.', 'n2m status NAME', 'n2m repair NAME'],
  SourceStalled: [
    'Materialize reports an error that does not end by itself.',
    STATUS,
    'Mend what it says, then n2m repair NAME.',
  ],
  UnsupportedServer: ['A version or a feature gate stands in the way.', STATUS, 'Upgrade, or ask for the feature.'],
  Unexpected: [
    'Something nobody thought of; it was retried with a cap.',
    STATUS,
    'Read its code and message; report it.',
  ],
};
