import type { SqlClient } from '../../../src/systems/sql-client';
import { readLeftovers } from '../../../src/systems/materialize';
import { readRows } from '../../../src/systems/materialize/reads';

const item = { database: 'materialize', schema: 'shop', name: 'orders' };

/** Answers every question with a row, and remembers what was asked. */
function asking() {
  const asked: string[] = [];
  const query = (sql: string) => {
    asked.push(sql);
    return Promise.resolve([{ '?column?': 1, note: 'a value' }]);
  };
  const client = { system: 'materialize', notices: [], query, close: () => Promise.resolve() } as unknown as SqlClient;
  return { client, asked: () => asked.filter((sql) => !/^(SET|RESET) /.test(sql)) };
}

it('asks of rows in Materialize whether there is one, and takes no value from them', async () => {
  const { client, asked } = asking();
  const { proofs } = await readRows(client, 'ingest', [{ id: 'u1', item }]);
  expect([...proofs]).toEqual([['u1', { ok: true }]]);
  const constraints = ["((at IS NOT NULL) AND (at >= '2026-01-01'::date) AND (at < '2026-02-01'::date))"];
  const left = await readLeftovers(client, 'ingest', [{ id: 'u1', oid: 7, item, constraints, refused: [] }]);
  expect(left).toEqual([{ id: 'u1', oid: 7, found: true }]);
  expect(asked().length).toBe(2);
  for (const sql of asked()) expect(sql).toMatch(/^SELECT 1 FROM "materialize"\."shop"\."orders" .*LIMIT 1$/s);
});
