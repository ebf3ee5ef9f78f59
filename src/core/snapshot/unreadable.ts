import { tableErrorOf } from '../watch/errors/table-errors';
import type { ReadProof } from '../watch/types';
import type { TableProgress } from './types';

/**
 * Of copied tables those of which no reader gets a row, as failed ones: what a read said by the table's name in Materialize.
 * An error that nobody knows may end by itself, and is left to the watch.
 */
export const unreadable = (tables: readonly TableProgress[], proofs: ReadonlyMap<string, ReadProof>): TableProgress[] =>
  tables.flatMap((table) => {
    const proof = proofs.get(table.table);
    if (!proof || proof.ok || tableErrorOf(proof.error) === null) return [];
    return [{ ...table, state: 'failed' as const, error: proof.error }];
  });
