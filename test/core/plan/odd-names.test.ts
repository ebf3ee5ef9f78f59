import type { ColumnFacts } from '../../../src/core/objects/tables/facts';
import type { SourceFacts } from '../../../src/core/plan/facts';
import { findings } from '../../../src/core/plan/findings';
import type { TableSelection } from '../../../src/core/spec/types';
import { tried } from './file-fixes';
import * as f from './fixtures';

/** Schema, table and column as a person may have called them. */
const NAMES: [string, string, string][] = [
  ['public', 'User', 'role'],
  ['public', 'Order Items', 'Total.Net'],
  ['My Schema', 'orders', 'state'],
  ['public', 'a, b', '[c]: d # e'],
  ['public', "it's", 'say "hi"'],
  ['- x', '*', '?'],
  ['{a}', '<b>', '&c'],
  ['true', '1', 'null'],
  ['größe', 'ünï', '日本語'],
  ['public', ' leading', 'trailing '],
];

const ask = (ingest: ColumnFacts['ingest'], name: string): ColumnFacts => ({
  ...{ name, type: 'x', typeOid: 99, nullable: true, generated: null, expression: null },
  ingest,
});
const list = (...tables: { schema: string; name: string }[]): TableSelection => ({
  kind: 'list',
  tables: tables.map(({ schema, name }) => ({ schema, name, alias: null })),
});
const ALL: TableSelection = { kind: 'all', aliases: [] };
const ORDERS = { schema: 'public', name: 'plain' };

describe.each(NAMES)('%s.%s.%s', (schema, name, column) => {
  const both = [list(ORDERS, { schema, name }), ALL];
  const odd = (change: Parameters<typeof f.table>[1] = {}): Partial<SourceFacts> => ({
    tables: [f.table('plain'), f.table(name, { schema, ...change })],
  });
  const ways = (
    tables: TableSelection,
    source: Partial<SourceFacts>,
    change: Parameters<typeof f.withSource>[0] = {},
  ) => tried(f.withSource({ tables, ...change }), f.untouchedSource(source), f.emptyTarget());

  test.each(both)('a type that goes as text, and one that does not go (%#)', (tables) => {
    expect(ways(tables, odd({ columns: [ask('text', column)] }))).toBeGreaterThan(0);
    expect(ways(tables, odd({ columns: [ask('no', column)] }))).toBeGreaterThan(0);
  });

  test.each(both)('what cannot be replicated (%#)', (tables) => {
    for (const change of [{ relkind: 'p' }, { persistence: 'unlogged' }, { hypertable: true }] as const) {
      const source = f.untouchedSource(odd(change));
      const found = findings(f.withSource({ tables }), source, f.emptyTarget()).map(({ code }) => code);
      if (found.includes('not-a-table') || tables.kind === 'list') expect(ways(tables, odd(change))).toBeGreaterThan(0);
    }
  });

  test.each(both)('a virtual column (%#)', (tables) => {
    const columns = [f.generatedColumn(column, 'virtual', 'x')];
    expect(ways(tables, { versionNum: 180_000, ...odd({ columns }) })).toBeGreaterThan(0);
  });

  test.each(both)('a column that is not there (%#)', (tables) => {
    const textColumns = [{ schema, table: name, column: `${column}x` }];
    expect(ways(tables, odd(), { textColumns })).toBeGreaterThan(0);
  });

  test.each(both)('a name that is taken (%#)', (tables) => {
    const target = f.emptyTarget({ schemaItems: [{ id: 'u5', name, type: 'view' }] });
    expect(tried(f.withSource({ tables }), f.untouchedSource(odd()), target)).toBeGreaterThan(0);
  });

  test('one name in two schemas', () => {
    const tables = [f.table(name, { schema }), f.table(name, { schema: 'another' })];
    expect(ways(ALL, { tables })).toBeGreaterThan(0);
    expect(ways({ ...ALL, targetName: 'x{table}' }, { tables })).toBeGreaterThan(0);
  });
});

test('a name with control characters is left out by a pattern, or renamed upstream', () => {
  const table = f.table('new\nline', { relkind: 'r', columns: [ask('no', 'a')] });
  const fixes = (tables: TableSelection) =>
    findings(f.withSource({ tables }), f.untouchedSource({ tables: [table] }), f.emptyTarget()).map(({ fix }) => fix);
  expect(fixes(ALL)).toContain('rename it upstream: its name has control characters, which the file does not take');
});
