/**
 * Upstream types Materialize ingests as they are, by type OID with the OID of their array (its documentation of
 * Postgres sources: "supported types"). Everything else comes as text where TEXT COLUMNS names the column.
 */
const SCALAR_AND_ARRAY: readonly (readonly [number, number])[] = [
  [16, 1000], // bool
  [17, 1001], // bytea
  [18, 1002], // "char"
  [20, 1016], // int8
  [21, 1005], // int2
  [22, 1006], // int2vector
  [23, 1007], // int4
  [25, 1009], // text
  [26, 1028], // oid
  [114, 199], // json
  [700, 1021], // float4
  [701, 1022], // float8
  [1042, 1014], // bpchar
  [1043, 1015], // varchar
  [1082, 1182], // date
  [1083, 1183], // time
  [1114, 1115], // timestamp
  [1184, 1185], // timestamptz
  [1186, 1187], // interval
  [1700, 1231], // numeric
  [2950, 2951], // uuid
  [3802, 3807], // jsonb
  [3904, 3905], // int4range
  [3906, 3907], // numrange
  [3908, 3909], // tsrange
  [3910, 3911], // tstzrange
  [3912, 3913], // daterange
  [3926, 3927], // int8range
];

const INGESTIBLE = new Set(SCALAR_AND_ARRAY.flat());
const NUMERIC = new Set([1700, 1231]);
/** Materialize's numeric holds 39 digits. */
const NUMERIC_DIGITS = 39;

/** Whether a column comes in as it is, or only as text. `typeMod` is pg_attribute.atttypmod. */
export function ingestOf(typeOid: number, typeMod: number): 'yes' | 'text' {
  if (!INGESTIBLE.has(typeOid)) return 'text';
  if (!NUMERIC.has(typeOid) || typeMod < 4) return 'yes';
  const digits = ((typeMod - 4) >> 16) & 0xffff;
  return digits > NUMERIC_DIGITS ? 'text' : 'yes';
}
