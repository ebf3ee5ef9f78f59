/**
 * How values of each type Materialize takes are made comparable. `Kind` is what is canonical about a single value; see
 * canonical.ts for what becomes of its text, and core/sql/verify for what the servers can do by themselves.
 */

export type Kind =
  | 'bool'
  /** Both systems print it alike: integers, dates and times, uuid. */
  | 'plain'
  | 'text'
  /** char(n): Postgres drops the blanks at its end when it becomes text. */
  | 'char'
  | 'bytea'
  | 'numeric'
  | 'float4'
  | 'float8'
  | 'interval'
  | 'json'
  /** int2vector. */
  | 'vector'
  /** What the file brings over as text: what the type prints upstream. */
  | 'output';

export interface Form {
  kind: Kind;
  of: 'scalar' | 'range';
  array: boolean;
}

/** By type OID and that of its array; ingestible-types.ts says which Materialize takes, and a test that all are here. */
const SCALARS: readonly (readonly [oid: number, arrayOid: number, kind: Kind, of?: 'range'])[] = [
  [16, 1000, 'bool'],
  [17, 1001, 'bytea'],
  [18, 1002, 'text'], // "char"
  [20, 1016, 'plain'],
  [21, 1005, 'plain'],
  [22, 1006, 'vector'],
  [23, 1007, 'plain'],
  [25, 1009, 'text'],
  [26, 1028, 'plain'], // oid
  [114, 199, 'json'],
  [700, 1021, 'float4'],
  [701, 1022, 'float8'],
  [1042, 1014, 'char'],
  [1043, 1015, 'text'],
  [1082, 1182, 'plain'], // date
  [1083, 1183, 'plain'], // time
  [1114, 1115, 'plain'], // timestamp
  [1184, 1185, 'plain'], // timestamptz
  [1186, 1187, 'interval'],
  [1700, 1231, 'numeric'],
  [2950, 2951, 'plain'], // uuid
  [3802, 3807, 'json'],
  [3904, 3905, 'plain', 'range'],
  [3906, 3907, 'numeric', 'range'],
  [3908, 3909, 'plain', 'range'],
  [3910, 3911, 'plain', 'range'],
  [3912, 3913, 'plain', 'range'],
  [3926, 3927, 'plain', 'range'],
];

const FORMS = new Map<number, Form>(
  SCALARS.flatMap(([oid, arrayOid, kind, of = 'scalar' as const]): [number, Form][] => [
    [oid, { kind, of, array: false }],
    [arrayOid, { kind, of, array: true }],
  ]),
);

/** What prints otherwise by the settings of the session that reads it: the text Materialize got is no text we get. */
const BY_SETTINGS = new Map(
  [
    { oids: [790, 791], why: 'money prints by lc_monetary' },
    { oids: [1266, 1270], why: 'a time with a zone prints by settings of the session' },
    // timestamptz, tstzrange, tstzmultirange, and arrays of them.
    { oids: [1184, 1185, 3910, 3911, 4534, 6153], why: 'as text it prints by the time zone of the session' },
  ].flatMap(({ oids, why }) => oids.map((oid) => [oid, why] as const)),
);

/** The form of a column, or why it cannot be compared. `asText`: it is text in Materialize and not upstream. */
export function formOf(typeOid: number, asText: boolean): Form | string {
  if (asText) return BY_SETTINGS.get(typeOid) ?? { kind: 'output', of: 'scalar', array: false };
  return FORMS.get(typeOid) ?? `type ${typeOid} is none that Materialize takes as it is`;
}

/** Text is text on both sides; everything else that is text in Materialize came there through TEXT COLUMNS. */
export const isText = (typeOid: number): boolean => typeOid === 25 || typeOid === 1043;

const ELEMENTS_ALIKE: readonly Kind[] = ['plain', 'text', 'bool', 'bytea'];
const BY_WORKER: readonly Kind[] = ['interval', 'json', 'vector'];

/**
 * Whether both servers can be made to print the same text. Else its text comes to the worker, which makes it canonical:
 * the keys of a JSON object have another order, numbers inside of arrays and ranges other zeros.
 */
export function byServer({ kind, of, array }: Form): boolean {
  if (of === 'range') return false;
  return array ? ELEMENTS_ALIKE.includes(kind) : !BY_WORKER.includes(kind);
}
