import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { upstreamOf } from '../../../src/systems/materialize/source';

/** As v26.39 answered (recorded): the relation holds bare names. */
const NEWER = [
  ['"quoted"', 'Names', '"quoted"'],
  ['Mixed Case', 'Names', 'Mixed Case'],
  ['a.b', 'Names', 'a.b'],
  ['new\nline', 'Names', 'new\nline'],
  ['plain', 'Names', 'plain'],
  ['select', 'Names', 'select'],
  ['ünï', 'Names', 'ünï'],
];
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** Up to 26.18 it quotes them where SQL would, the name of the table only. */
const older = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) && name !== 'select' ? name : quoted(name));

/** As both versions keep the statement of a subsource and of a source table; SHOW CREATE of v26.39 says the same. */
const statements = (schema: string, name: string): string[] => {
  const reference = `"postgres".${quoted(schema)}.${quoted(name)}`;
  return [
    `CREATE SUBSOURCE "materialize"."nm".${quoted(name)} ("id" [s23 AS "pg_catalog"."int4"] NOT NULL, CONSTRAINT ${quoted(`${name}_pkey`)} PRIMARY KEY ("id")) OF SOURCE [u5 AS "materialize"."nm"."old"] WITH (EXTERNAL REFERENCE = ${reference}, DETAILS = '0a')`,
    `CREATE TABLE "materialize"."nm".${quoted(name)} ("id" [s23 AS "pg_catalog"."int4"] NOT NULL) FROM SOURCE [u5 AS "materialize"."nm"."old"] (REFERENCE = ${reference}) WITH (DETAILS = '0a')`,
  ];
};

it.each(NEWER)('finds %j in what either version says', (name, schema, table) => {
  for (const create_sql of statements(schema, table)) {
    for (const upstream_name of [table, older(table)]) {
      expect(upstreamOf({ name, upstream_schema: schema, upstream_name, create_sql })).toEqual({ schema, name: table });
    }
  }
});

it('reads the statement as v26.39 shows it', () => {
  const create_sql = `CREATE SUBSOURCE\n    materialize.nm."""quoted"""\n        (id pg_catalog.int4 NOT NULL, CONSTRAINT """quoted""_pkey" PRIMARY KEY (id))\nOF SOURCE materialize.nm.old\nWITH (EXTERNAL REFERENCE = postgres."Names"."""quoted""");`;
  const row = { name: '"quoted"', upstream_schema: 'Names', upstream_name: '"quoted"', create_sql };
  expect(upstreamOf(row)).toEqual({ schema: 'Names', name: '"quoted"' });
});

it('where no statement is shown, what the relation of v26.9 says is unquoted', () => {
  // Of the recording of that version.
  const recorded = readFileSync(join(__dirname, '../../transcripts/05-source.json'), 'utf8');
  expect(recorded).toContain(JSON.stringify('"Mixed Case"'));
  const row = { name: 'Mixed Case', upstream_schema: 'public', upstream_name: '"Mixed Case"', create_sql: null };
  expect(upstreamOf(row)).toEqual({ schema: 'public', name: 'Mixed Case' });
  expect(upstreamOf({ name: 'x', upstream_schema: null, upstream_name: null, create_sql: null })).toEqual({
    schema: '',
    name: 'x',
  });
});
