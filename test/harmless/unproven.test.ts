import * as fc from 'fast-check';
import type * as Statements from '../../src/core/objects/publication/statements';
import type { SqlClient } from '../../src/systems/sql-client';
import { startDatabase, type Database } from './database';
import { live } from './live';
import { schemas } from './schemas';

/**
 * With the proof taken out, and the children of a table published along with it, the same schemas are harmed: else the
 * property would hold because nothing of the kind is ever made.
 */

jest.mock('../../src/systems/postgres/writes', () => ({
  ...jest.requireActual<object>('../../src/systems/postgres/writes'),
  changeProven: (client: SqlClient, statements: string[]) => client.query(statements.join('; ')),
}));
jest.mock('../../src/core/objects/publication/statements', () => {
  const actual = jest.requireActual<typeof Statements>('../../src/core/objects/publication/statements');
  const withHeirs = (text: string) => text.replaceAll('ONLY ', '');
  return {
    ...actual,
    createPublication: (...args: Parameters<typeof actual.createPublication>) =>
      withHeirs(actual.createPublication(...args)),
    alterPublicationAdd: (...args: Parameters<typeof actual.alterPublicationAdd>) =>
      withHeirs(actual.alterPublicationAdd(...args)),
  };
});

let database: Database;
beforeAll(async () => (database = await startDatabase(18)), 120_000);
afterAll(() => database?.stop());

it('finds generated columns, others\u2019 column lists and inheriting tables by itself', async () => {
  const found = new Set<string>();
  const kinds = ['generated', 'list', 'heir'];
  for (let seed = 1; found.size < kinds.length && seed <= 200; seed += 1) {
    const [schema] = fc.sample(schemas(18), { numRuns: 1, seed });
    if (!schema) continue;
    const { harm } = await live(database, schema);
    for (const one of harm) {
      const table = schema.tables.find(({ name }) => one.includes(`: ${name} `));
      if (one.endsWith('55000') && table?.place === 'heir' && !table.selected) found.add('heir');
      if (!one.endsWith('42P10') || !table) continue;
      const at = schema.tables.indexOf(table);
      const listed = schema.publications.some(({ scope, members }) => scope === 'tables' && members[at] === 'columns');
      found.add(listed ? 'list' : 'generated');
    }
  }
  expect([...found].sort()).toEqual([...kinds].sort());
}, 600_000);
