import type { UpstreamColumn } from '../../contract';

/** A Postgres type as Materialize keeps it: catalog id and name for create_sql, names for mz_columns and the store. */
export interface ColumnType {
  /** Id in Materialize's catalog, `s20`. */
  id: string;
  /** Name in `pg_catalog`, `int4`. */
  name: string;
  oid: number;
  /** `integer`, as in mz_columns. */
  sqlName: string;
  /** Argument text such as `(12, 2)`, empty without. */
  argument: string;
  array: boolean;
}

type Known = readonly [oid: number, arrayOid: number, id: string, name: string, sqlName: string];

/** Ids by the order of Materialize's builtin types; those of int4, int8, numeric, text and timestamptz are recorded. */
export const known: readonly Known[] = [
  [16, 1000, 's6', 'bool', 'boolean'],
  [17, 1001, 's8', 'bytea', 'bytea'],
  [1042, 1014, 's10', 'bpchar', 'character'],
  [18, 1002, 's12', 'char', 'char'],
  [1082, 1182, 's14', 'date', 'date'],
  [700, 1021, 's16', 'float4', 'real'],
  [701, 1022, 's18', 'float8', 'double precision'],
  [23, 1007, 's20', 'int4', 'integer'],
  [20, 1016, 's22', 'int8', 'bigint'],
  [1186, 1187, 's24', 'interval', 'interval'],
  [3802, 3807, 's26', 'jsonb', 'jsonb'],
  [19, 1003, 's28', 'name', 'name'],
  [1700, 1231, 's32', 'numeric', 'numeric'],
  [26, 1028, 's34', 'oid', 'oid'],
  [21, 1005, 's44', 'int2', 'smallint'],
  [25, 1009, 's46', 'text', 'text'],
  [1083, 1183, 's48', 'time', 'time'],
  [1114, 1115, 's50', 'timestamp', 'timestamp without time zone'],
  [1184, 1185, 's52', 'timestamptz', 'timestamp with time zone'],
  [2950, 2951, 's54', 'uuid', 'uuid'],
  [1043, 1015, 's56', 'varchar', 'character varying'],
];

const JSON_OID = 114;
const JSONB_OID = 3802;
const TEXT_OID = 25;

function argument(oid: number, typeMod: number): string {
  if (typeMod < 0) return '';
  if (oid === 1700) return `(${(typeMod - 4) >> 16}, ${(typeMod - 4) & 0xffff})`;
  if (oid === 1042 || oid === 1043) return `(${typeMod - 4})`;
  if (oid === 1114 || oid === 1184) return `(${typeMod})`;
  return '';
}

/** Types the stand-in knows no id for are kept as text; the validation has refused them unless TEXT COLUMNS names them. */
export function columnType(column: Pick<UpstreamColumn, 'typeOid' | 'typeMod' | 'asText'>): ColumnType {
  const wanted = column.asText ? TEXT_OID : column.typeOid === JSON_OID ? JSONB_OID : column.typeOid;
  const scalar = known.find(([oid]) => oid === wanted);
  const element = known.find(([, arrayOid]) => arrayOid === wanted);
  const found = scalar ?? element ?? known.find(([oid]) => oid === TEXT_OID)!;
  const [oid, arrayOid, id, name, sqlName] = found;
  const array = scalar === undefined && element !== undefined;
  return {
    id,
    name,
    sqlName: array ? `${sqlName}[]` : sqlName,
    oid: array ? arrayOid : oid,
    argument: column.asText ? '' : argument(oid, column.typeMod),
    array,
  };
}

/** Ids and names of the types for mz_objects: `[s22, int8]`, and uint8 of progress relations. */
export const builtinTypes: readonly { id: string; oid: number; schema: string; name: string }[] = [
  ...known.map(([oid, , id, name]) => ({ id, oid, schema: 'pg_catalog', name })),
  { id: 's66', oid: 16460, schema: 'mz_catalog', name: 'uint2' },
  { id: 's68', oid: 16462, schema: 'mz_catalog', name: 'uint4' },
  { id: 's70', oid: 16464, schema: 'mz_catalog', name: 'uint8' },
];

/** Type of the column in the store's table, `numeric(12, 2)`. */
export const storeType = (type: ColumnType): string => {
  const element = `pg_catalog.${type.name === 'char' ? '"char"' : type.name}${type.argument}`;
  return type.array ? `${element}[]` : element;
};
