/**
 * Upstream types Materialize can ingest as they are, by OID (its `Type::from_oid_and_typmod`). Everything else needs
 * TEXT COLUMNS.
 */
const SCALARS: Record<number, number> = {
  16: 1000, // bool
  17: 1001, // bytea
  18: 1002, // "char"
  20: 1016, // int8
  21: 1005, // int2
  22: 1006, // int2vector
  23: 1007, // int4
  25: 1009, // text
  26: 1028, // oid
  700: 1021, // float4
  701: 1022, // float8
  1042: 1014, // bpchar
  1043: 1015, // varchar
  1082: 1182, // date
  1083: 1183, // time
  1114: 1115, // timestamp
  1184: 1185, // timestamptz
  1186: 1187, // interval
  1700: 1231, // numeric
  2950: 2951, // uuid
  3802: 3807, // jsonb
  114: 199, // json
  3904: 3905, // int4range
  3906: 3907, // numrange
  3908: 3909, // tsrange
  3910: 3911, // tstzrange
  3912: 3913, // daterange
  3926: 3927, // int8range
};

const SUPPORTED = new Set([...Object.keys(SCALARS).map(Number), ...Object.values(SCALARS)]);

/** Types that exist in Materialize but may not be ingested. */
export const REFUSED: Record<number, string> = { 24: 'regproc', 2205: 'regclass', 2206: 'regtype' };

export const isSupportedType = (oid: number): boolean => SUPPORTED.has(oid);
