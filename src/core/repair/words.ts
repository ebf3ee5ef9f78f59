import type { Entry } from '../explain/types';

const LOOK = 'n2m repair NAME names the object and changes nothing before you agree.';
const ROTATE = 'n2m rotate NAME names it and changes nothing before you agree.';

/** What stops a repair or a rotation, beside the findings of a plan. */
const ENTRIES = {
  'other-upstream': [
    'The connection in Materialize leads elsewhere than the file: what looks like damage there may be another server.',
    `SHOW CREATE CONNECTION …; ${LOOK}`,
    'n2m apply FILE changes the connection, or put the file right; repair after that.',
  ],
  'not-ours': [
    'The source was made by somebody else, and n2m drops only what it made.',
    LOOK,
    'Drop it by hand, then n2m apply FILE. The command prints the statements.',
  ],
  'no-slot-name': [
    'Materialize names no slot of the source, so that nothing proves that the source lost one.',
    'SELECT * FROM mz_internal.mz_postgres_sources;',
    'n2m status NAME says what is wrong with the source. Where it has to be made again: n2m destroy NAME, then n2m apply FILE.',
  ],
  'other-database': [
    'No table of the source exists in the database that the file names: it looks like another project, branch or database.',
    LOOK,
    'Check project, branch and database in the file, and the URL in the secret.',
  ],
  'table-gone': [
    'A table does not exist upstream any more, so that it cannot be copied again.',
    LOOK,
    'Take it out of the file’s tables, or exclude it, then n2m apply FILE.',
  ],
  'standby-signals': [
    'On a standby n2m’s login may not end the session of the source, which would go on with the old password until it breaks.',
    ROTATE,
    'As a superuser on the primary: GRANT pg_signal_backend to that login.',
  ],
  'nothing-to-rotate': [
    'Something that holds or uses the password does not exist, so that a new one could not be proven.',
    ROTATE,
    'n2m apply FILE makes what is missing.',
  ],
} satisfies Record<string, Entry>;

export type RepairCode = keyof typeof ENTRIES;

export const repairWords: Record<RepairCode, Entry> = ENTRIES;
