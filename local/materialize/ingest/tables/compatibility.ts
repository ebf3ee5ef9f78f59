import type { UpstreamTable } from '../../contract';
import type { Relation } from '../stream/pgoutput';

const sameColumns = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);

/**
 * Whether a table, as it is now, can go on being ingested as it was when it was added: same names, every column still
 * there under its number with its type (any type for text columns), NOT NULL and keys kept. New columns do no harm.
 */
export function isCompatible(added: UpstreamTable, now: UpstreamTable): boolean {
  if (added.oid !== now.oid || added.schema !== now.schema || added.name !== now.name) return false;
  const columnsKept = added.columns.every((column) => {
    const current = now.columns.find(({ attnum }) => attnum === column.attnum);
    if (current === undefined || current.name !== column.name) return false;
    const sameType = current.typeOid === column.typeOid && current.typeMod === column.typeMod;
    return (sameType || column.asText) && (column.nullable || !current.nullable);
  });
  const keysKept = added.keys.every((key) =>
    now.keys.some(
      (other) =>
        other.name === key.name && other.isPrimary === key.isPrimary && sameColumns(other.columns, key.columns),
    ),
  );
  return columnsKept && keysKept;
}

/** Where the ingested columns stand in the stream's rows; null when the stream no longer carries them all. */
export function columnPositions(added: UpstreamTable, relation: Relation): number[] | null {
  if (relation.schema !== added.schema || relation.name !== added.name) return null;
  const positions: number[] = [];
  for (const column of added.columns) {
    const at = relation.columns.findIndex(({ name }) => name === column.name);
    const found = relation.columns[at];
    if (found === undefined) return null;
    if (!column.asText && (found.typeOid !== column.typeOid || found.typeMod !== column.typeMod)) return null;
    positions.push(at);
  }
  return positions;
}
