import type { TablePublication } from '../../../../../src/core/objects/publication/facts';
import type { TableFacts } from '../../../../../src/core/objects/tables/facts';
import { foreseenRefusal } from '../../../../../src/core/objects/replica-identity/harm/foreseen';
import { table } from '../../../plan/fixtures';

const untold = { untold: [{ schema: 'public', name: 'orders', operation: 'UPDATE', code: 'N2M02' }] };
const theirs: TablePublication = {
  ...{ name: 'theirs', owner: 'o', ownedByUs: false, via: 'table', columns: ['id'], filtered: false },
  entry: { schema: 'public', name: 'orders' },
  generatedColumns: 'none',
  publishes: { insert: true, update: true, delete: true, truncate: true },
};
const orders = (change: Partial<TableFacts>): TableFacts => table('orders', change);
const computed = (generated: 'stored' | 'virtual'): TableFacts['columns'] => [
  { name: 'id', type: 'int4', typeOid: 23, nullable: false, generated: null, expression: null, ingest: 'yes' },
  { name: 'twice', type: 'int4', typeOid: 23, nullable: true, generated, expression: 'id * 2', ingest: 'yes' },
];

it('foresees from the catalog what a full identity would refuse, where EXPLAIN could not be asked', () => {
  const told = (change: Partial<TableFacts>, version = 180_000, proof = untold) =>
    foreseenRefusal(proof, [orders(change)], 'n2m_shop', version);
  expect(told({ publications: [theirs] })).toBe(
    'updates and deletes of public.orders would be refused with replica identity full: publication theirs lists columns of it',
  );
  expect(told({ publications: [{ ...theirs, columns: null }], columns: computed('stored') })).toMatch(
    /theirs leaves out generated/,
  );
  expect(told({ publications: [], columns: computed('virtual') })).toMatch(/n2m_shop leaves out generated/);
  expect(told({ publications: [], columns: computed('stored') })).toBeNull();
  expect(told({ publications: [], columns: computed('virtual') }, 170_000)).toBeNull();
  expect(told({ publications: [theirs] }, 180_000, { untold: [] })).toBeNull();
  // Refused before us already.
  expect(told({ publications: [theirs], replicaIdentity: 'full' })).toBeNull();
});
