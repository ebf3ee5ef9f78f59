import type { ClientBase, Pool, QueryResultRow } from 'pg';

/** The backing store as the catalog's parts use it. */
export interface Store {
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Runs in one transaction on a connection of its own; rolled back when `work` throws. */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>;
}

const on = (client: ClientBase): Store => ({
  query: async <Row extends QueryResultRow>(sql: string, values?: unknown[]) =>
    (await client.query<Row>(sql, values)).rows,
  transaction: (work) => work(on(client)),
});

export const createStore = (pool: Pool): Store => ({
  query: async <Row extends QueryResultRow>(sql: string, values?: unknown[]) =>
    (await pool.query<Row>(sql, values)).rows,
  async transaction(work) {
    const client = await pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      const result = await work(on(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        broken = true;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  },
});

/** Adds a row, its columns by name; what is undefined gets its default. */
export async function insert(on: Store, table: string, row: Record<string, unknown>): Promise<void> {
  const given = Object.entries(row).filter(([, value]) => value !== undefined);
  const names = given.map(([name]) => name).join(', ');
  const places = given.map((_, index) => `$${index + 1}`).join(', ');
  await on.query(
    `INSERT INTO ${table} (${names}) VALUES (${places})`,
    given.map(([, value]) => value),
  );
}

/** The next id of a kind, `u<n>`. */
export async function nextId(
  store: Store,
  kind: 'item' | 'cluster' | 'replica' | 'schema' | 'role' | 'database',
): Promise<string> {
  const [row] = await store.query<{ id: string }>(`SELECT 'u' || nextval('mz_store.${kind}_ids') AS id`);
  return row!.id;
}

export const quoteIdent = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const relationName = (name: { schema: string; name: string }): string =>
  `${quoteIdent(name.schema)}.${quoteIdent(name.name)}`;

/** Numeric order of `u2`, `u10`. */
export const byId = (a: { id: string }, b: { id: string }): number => Number(a.id.slice(1)) - Number(b.id.slice(1));
