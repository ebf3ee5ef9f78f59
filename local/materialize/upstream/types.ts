import { known } from '../catalog/definitions/column-types';

const NAME = 19;
/** Type and array type; Materialize keeps them as another type of its own, or as a range. */
const MORE: [oid: number, arrayOid: number][] = [
  [22, 1006], // int2vector
  [114, 199], // json
  ...([3904, 3906, 3908, 3910, 3912, 3926] as const).map((range): [number, number] => [range, range + 1]), // ranges
];

/**
 * Upstream types Materialize can ingest as they are, by OID (its `Type::from_oid_and_typmod`). Everything else needs
 * TEXT COLUMNS.
 */
const SUPPORTED = new Set([...known.filter(([oid]) => oid !== NAME), ...MORE].flatMap(([oid, array]) => [oid, array]));

/** Types that exist in Materialize but may not be ingested. */
export const REFUSED: Record<number, string> = { 24: 'regproc', 2205: 'regclass', 2206: 'regtype' };

export const isSupportedType = (oid: number): boolean => SUPPORTED.has(oid);
