import * as fc from 'fast-check';
import { quoteIdent } from '../../src/core/sql/quote';

/** One table of a schema made at random. */
export interface RandomTable {
  name: string;
  key: 'none' | 'primary' | 'unique';
  generated: 'none' | 'stored' | 'virtual';
  identity: 'default' | 'full' | 'nothing' | 'index';
  /** Below the first table that is ordinary, as its heir; or a partition of a parent of its own. */
  place: 'alone' | 'heir' | 'partition';
  owner: 'us' | 'group';
  rowSecurity: boolean;
  /** The file names it. */
  selected: boolean;
}

export interface RandomPublication {
  name: string;
  scope: 'tables' | 'all' | 'schema';
  operations: 'all' | 'insert';
  /** By the table's number: left out, whole, with the key alone, or filtered. */
  members: ('no' | 'whole' | 'columns' | 'filter')[];
  generated: boolean;
}

export interface RandomSchema {
  tables: RandomTable[];
  publications: RandomPublication[];
}

const NAMES = ['orders', 'Mixed Case', 'quo"te', "it's", 'select', 'größe'];

/** Schemas that a server of this version takes, with everything that decides whether a write is refused. */
export const schemas = (version: number): fc.Arbitrary<RandomSchema> =>
  fc
    .integer({ min: 1, max: NAMES.length })
    .chain((count) => fc.tuple(...NAMES.slice(0, count).map((name) => table(name, version))))
    .chain((tables) =>
      fc.record({
        tables: fc.constant(tables),
        publications: fc
          .array(publication(tables.length, version), { maxLength: 2 })
          .map((all) => all.map((one, index) => ({ ...one, name: `theirs ${index}` }))),
      }),
    );

const table = (name: string, version: number): fc.Arbitrary<RandomTable> =>
  fc.record({
    name: fc.constant(name),
    key: fc.constantFrom('none', 'primary', 'primary', 'unique'),
    generated: fc.constantFrom<RandomTable['generated'][]>(
      'none',
      'none',
      'stored',
      ...(version >= 18 ? (['virtual'] as const) : []),
    ),
    identity: fc.constantFrom('default', 'default', 'default', 'full', 'nothing', 'index'),
    place: fc.constantFrom('alone', 'alone', 'alone', 'heir', 'partition'),
    owner: fc.constantFrom('us', 'us', 'group'),
    rowSecurity: fc.boolean(),
    selected: fc.boolean(),
  });

const publication = (tables: number, version: number): fc.Arbitrary<RandomPublication> =>
  fc.record({
    name: fc.constant(''),
    scope: fc.constantFrom<RandomPublication['scope'][]>(
      'tables',
      'tables',
      'tables',
      'all',
      ...(version >= 15 ? (['schema'] as const) : []),
    ),
    operations: fc.constantFrom('all', 'all', 'insert'),
    members: fc.array(
      fc.constantFrom<RandomPublication['members'][number][]>(
        ...(['no', 'no', 'whole'] as const),
        ...(version >= 15 ? (['columns', 'filter'] as const) : []),
      ),
      { minLength: tables, maxLength: tables },
    ),
    generated: version >= 18 ? fc.boolean() : fc.constant(false),
  });

const inSchema = (name: string): string => `public.${quoteIdent(name)}`;

/** The statements that make it, one by one: what a server does not take (an heir that is published with its parent …) is left out. */
export function statementsOf({ tables, publications }: RandomSchema): string[] {
  const parent = tables.find(({ place }) => place === 'alone');
  return [
    ...tables.filter(({ place }) => place === 'partition').flatMap(partition),
    ...tables
      .filter(({ place }) => place === 'alone')
      .flatMap((one) => [`CREATE TABLE ${inSchema(one.name)} ${columns(one)}`]),
    ...tables
      .filter(({ place }) => place === 'heir')
      .map((one) =>
        parent
          ? `CREATE TABLE ${inSchema(one.name)} (more text${one.key === 'none' ? '' : ', own int PRIMARY KEY'}) INHERITS (${inSchema(parent.name)})`
          : `CREATE TABLE ${inSchema(one.name)} ${columns(one)}`,
      ),
    ...tables.flatMap(settings),
    ...publications.flatMap((one) => publicationStatements(one, tables)),
  ];
}

const columns = ({ key, generated }: RandomTable): string => {
  const computed = generated === 'none' ? '' : `, twice int GENERATED ALWAYS AS (id * 2) ${generated.toUpperCase()}`;
  return `(id int NOT NULL${key === 'primary' ? ' PRIMARY KEY' : key === 'unique' ? ' UNIQUE' : ''}, note text${computed})`;
};

const partition = (one: RandomTable): string[] => [
  `CREATE TABLE ${inSchema(`${one.name} parent`)} ${columns({ ...one, generated: 'none' })} PARTITION BY RANGE (id)`,
  `CREATE TABLE ${inSchema(one.name)} PARTITION OF ${inSchema(`${one.name} parent`)} FOR VALUES FROM (0) TO (1000)`,
];

function settings({ name, identity, owner, rowSecurity, key, place }: RandomTable): string[] {
  const named = inSchema(name);
  const index = quoteIdent(`${name} whole`);
  return [
    ...(identity === 'index' && key !== 'none' && place !== 'heir'
      ? [`CREATE UNIQUE INDEX ${index} ON ${named} (id)`, `ALTER TABLE ${named} REPLICA IDENTITY USING INDEX ${index}`]
      : []),
    ...(identity === 'full' || identity === 'nothing'
      ? [`ALTER TABLE ${named} REPLICA IDENTITY ${identity.toUpperCase()}`]
      : []),
    ...(rowSecurity ? [`ALTER TABLE ${named} ENABLE ROW LEVEL SECURITY`] : []),
    ...(owner === 'group' ? [`ALTER TABLE ${named} OWNER TO app_group`] : []),
  ];
}

function publicationStatements(one: RandomPublication, tables: RandomTable[]): string[] {
  const name = quoteIdent(one.name);
  const options = [
    ...(one.operations === 'insert' ? [`publish = 'insert'`] : []),
    ...(one.generated ? ['publish_generated_columns = stored'] : []),
  ];
  const tail = options.length > 0 ? ` WITH (${options.join(', ')})` : '';
  if (one.scope === 'all') return [`CREATE PUBLICATION ${name} FOR ALL TABLES${tail}`];
  if (one.scope === 'schema') return [`CREATE PUBLICATION ${name} FOR TABLES IN SCHEMA public${tail}`];
  const members = tables.flatMap((table, at) => {
    const narrowed = { no: null, whole: '', columns: ' (id)', filter: ' WHERE (id > 0)' }[one.members[at] ?? 'no'];
    return narrowed === null ? [] : [`ONLY ${inSchema(table.name)}${narrowed}`];
  });
  return members.length > 0 ? [`CREATE PUBLICATION ${name} FOR TABLE ${members.join(', ')}${tail}`] : [];
}
