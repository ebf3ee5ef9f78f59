/** Materialize's own types as base types of the store, each on top of an internal type of Postgres. */

interface NumberType {
  name: string;
  /** Internal type whose input, output and comparison functions are taken over. */
  base: 'int2' | 'int4' | 'int8';
  length: 2 | 4 | 8;
  alignment: 'int2' | 'int4' | 'double';
}

const numberTypes: NumberType[] = [
  { name: 'uint2', base: 'int4', length: 4, alignment: 'int4' },
  { name: 'uint4', base: 'int8', length: 8, alignment: 'double' },
  { name: 'uint8', base: 'int8', length: 8, alignment: 'double' },
  { name: 'mz_timestamp', base: 'int8', length: 8, alignment: 'double' },
];

/** OIDs of these types, and of their arrays, as recorded on the wire. */
export const materializeOids: Readonly<Record<string, number>> = {
  uint2: 16460,
  _uint2: 16461,
  uint4: 16462,
  _uint4: 16463,
  uint8: 16464,
  _uint8: 16465,
  mz_timestamp: 16552,
  _mz_timestamp: 16553,
  mz_aclitem: 16566,
  _mz_aclitem: 16567,
  list: 16384,
};

const internal = (signature: string, result: string, name: string): string =>
  `CREATE FUNCTION mz_catalog.${signature} RETURNS ${result} LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS '${name}';`;

const inOut = (name: string, base: string): string[] => [
  `CREATE TYPE mz_catalog.${name};`,
  internal(`${name}_in(cstring)`, `mz_catalog.${name}`, `${base}in`),
  internal(`${name}_out(mz_catalog.${name})`, 'cstring', `${base}out`),
  internal(`${name}_recv(internal)`, `mz_catalog.${name}`, `${base}recv`),
  internal(`${name}_send(mz_catalog.${name})`, 'bytea', `${base}send`),
];

const comparisons: [operator: string, suffix: string, negator: string, commutator: string, selectivity: string][] = [
  ['=', 'eq', '<>', '=', 'eq'],
  ['<>', 'ne', '=', '<>', 'neq'],
  ['<', 'lt', '>=', '>', 'scalarlt'],
  ['<=', 'le', '>', '>=', 'scalarle'],
  ['>', 'gt', '<=', '<', 'scalargt'],
  ['>=', 'ge', '<', '<=', 'scalarge'],
];

const arithmetic: [operator: string, suffix: string][] = [
  ['+', 'pl'],
  ['-', 'mi'],
  ['*', 'mul'],
  ['/', 'div'],
  ['%', 'mod'],
];

function numberType({ name, base, length, alignment }: NumberType): string[] {
  const type = `mz_catalog.${name}`;
  const pair = `(${type}, ${type})`;
  const compare = comparisons.flatMap(([operator, suffix, negator, commutator, selectivity]) => [
    internal(`${name}_${suffix}${pair}`, 'boolean', `${base}${suffix}`),
    `CREATE OPERATOR mz_catalog.${operator} (FUNCTION = mz_catalog.${name}_${suffix}, LEFTARG = ${type}, RIGHTARG = ${type},
      COMMUTATOR = OPERATOR(mz_catalog.${commutator}), NEGATOR = OPERATOR(mz_catalog.${negator}),
      RESTRICT = ${selectivity}sel, JOIN = ${selectivity}joinsel${operator === '=' ? ', HASHES, MERGES' : ''});`,
  ]);
  const calculate = arithmetic.flatMap(([operator, suffix]) => [
    internal(`${name}_${suffix}${pair}`, type, `${base}${suffix}`),
    `CREATE OPERATOR mz_catalog.${operator} (FUNCTION = mz_catalog.${name}_${suffix}, LEFTARG = ${type}, RIGHTARG = ${type});`,
  ]);
  return [
    ...inOut(name, base),
    `CREATE TYPE ${type} (INPUT = mz_catalog.${name}_in, OUTPUT = mz_catalog.${name}_out,
      RECEIVE = mz_catalog.${name}_recv, SEND = mz_catalog.${name}_send, INTERNALLENGTH = ${length}, PASSEDBYVALUE,
      ALIGNMENT = ${alignment}, CATEGORY = 'N');`,
    ...compare,
    ...calculate,
    internal(`${name}_cmp${pair}`, 'integer', `bt${base}cmp`),
    internal(`${name}_hash(${type})`, 'integer', `hash${base}`),
    `CREATE OPERATOR CLASS mz_catalog.${name}_ops DEFAULT FOR TYPE ${type} USING btree AS
      OPERATOR 1 mz_catalog.<, OPERATOR 2 mz_catalog.<=, OPERATOR 3 mz_catalog.=, OPERATOR 4 mz_catalog.>=,
      OPERATOR 5 mz_catalog.>, FUNCTION 1 mz_catalog.${name}_cmp${pair};`,
    `CREATE OPERATOR CLASS mz_catalog.${name}_hash_ops DEFAULT FOR TYPE ${type} USING hash AS
      OPERATOR 1 mz_catalog.=, FUNCTION 1 mz_catalog.${name}_hash(${type});`,
    internal(`${name}_larger${pair}`, type, `${base}larger`),
    internal(`${name}_smaller${pair}`, type, `${base}smaller`),
    `CREATE AGGREGATE mz_catalog.max(${type}) (SFUNC = mz_catalog.${name}_larger, STYPE = ${type}, SORTOP = OPERATOR(mz_catalog.>));`,
    `CREATE AGGREGATE mz_catalog.min(${type}) (SFUNC = mz_catalog.${name}_smaller, STYPE = ${type}, SORTOP = OPERATOR(mz_catalog.<));`,
    ...casts(type, base),
    `CREATE FUNCTION mz_catalog.${name}_add(numeric, ${type}) RETURNS numeric LANGUAGE sql IMMUTABLE
      AS 'SELECT CASE WHEN $2 IS NULL THEN $1 ELSE coalesce($1, 0) + $2::${base}::numeric END';`,
    `CREATE AGGREGATE mz_catalog.sum(${type}) (SFUNC = mz_catalog.${name}_add, STYPE = numeric);`,
  ];
}

/** To the base type and numeric implicitly, so that mixed arithmetic works; from numbers when asked for. */
function casts(type: string, base: string): string[] {
  const through = (from: string, to: string, context: string): string[] => {
    const name = `${from}_to_${to}`.replaceAll(/[^a-z0-9_]/g, '_').replaceAll('mz_catalog_', '');
    return [
      `CREATE FUNCTION mz_catalog.${name}(${from}) RETURNS ${to} LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::${base}::${to}';`,
      `CREATE CAST (${from} AS ${to}) WITH FUNCTION mz_catalog.${name}(${from})${context};`,
    ];
  };
  const others = ['int2', 'int4', 'int8'].filter((other) => other !== base);
  return [
    `CREATE CAST (${type} AS ${base}) WITHOUT FUNCTION AS IMPLICIT;`,
    `CREATE CAST (${base} AS ${type}) WITHOUT FUNCTION AS ASSIGNMENT;`,
    ...through(type, 'numeric', ' AS IMPLICIT'),
    ...through('numeric', type, ' AS ASSIGNMENT'),
    ...through(type, 'float8', ' AS ASSIGNMENT'),
    ...others.flatMap((other) => [...through(type, other, ''), ...through(other, type, ' AS ASSIGNMENT')]),
  ];
}

const textType = (name: string): string[] => [
  ...inOut(name, 'text'),
  `CREATE TYPE mz_catalog.${name} (INPUT = mz_catalog.${name}_in, OUTPUT = mz_catalog.${name}_out,
    RECEIVE = mz_catalog.${name}_recv, SEND = mz_catalog.${name}_send, INTERNALLENGTH = VARIABLE, STORAGE = extended);`,
  `CREATE CAST (text AS mz_catalog.${name}) WITHOUT FUNCTION AS ASSIGNMENT;`,
  `CREATE CAST (mz_catalog.${name} AS text) WITHOUT FUNCTION AS ASSIGNMENT;`,
];

export const typesSql: string[] = [
  'CREATE SCHEMA mz_catalog;',
  ...numberTypes.flatMap(numberType),
  ...textType('mz_aclitem'),
  ...textType('list'),
  `CREATE FUNCTION mz_catalog.mz_timestamp_to_timestamptz(mz_catalog.mz_timestamp) RETURNS timestamptz LANGUAGE sql
    IMMUTABLE STRICT AS 'SELECT to_timestamp($1::int8 / 1000.0)';`,
  `CREATE CAST (mz_catalog.mz_timestamp AS timestamptz)
    WITH FUNCTION mz_catalog.mz_timestamp_to_timestamptz(mz_catalog.mz_timestamp);`,
];
