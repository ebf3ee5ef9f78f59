import { clientFailure, ConnectError } from '../upstream';

/** Something upstream failed; Materialize says so, pauses and starts the dataflow again. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** The whole source is lost until it is dropped and recreated: written into every table. */
export class DefiniteError extends Error {
  override readonly name = 'DefiniteError';
}

/** Why one table is lost. `readable`: its old rows still answer a SELECT. */
export interface TableError {
  message: string;
  readable: boolean;
}

export const lostText = (message: string): string =>
  `Source error: source must be dropped and recreated due to failure: ${message}`;

const lost = (message: string, readable = false): TableError => ({
  message: lostText(message),
  readable,
});

const IDENTITY_HINT = 'Did you forget to set REPLICA IDENTITY to FULL for your table?';

export const tableErrors = {
  truncated: lost('table was truncated'),
  dropped: lost('table was dropped'),
  // Recorded: the status says dropped, a SELECT still answers.
  unpublished: lost('table was dropped', true),
  oldRowMissing: lost(`old row missing from replication stream. ${IDENTITY_HINT}`),
  toastMissing: lost(`TOASTed value missing from old row. ${IDENTITY_HINT}`),
  altered: (name: string, oid: number): TableError =>
    lost(`incompatible schema change: source table ${name} with oid ${oid} has been altered`),
  ofSource: (message: string): TableError => ({
    message: `Source error: failed during initialization, source must be dropped and recreated: ${message}`,
    readable: false,
  }),
};

/** Runs something against upstream; a failure becomes a TransientError in Materialize's words. */
export async function upstream<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TransientError || error instanceof DefiniteError) throw error;
    throw new TransientError(error instanceof ConnectError ? error.message : clientFailure(error));
  }
}
