import { withClient } from '../postgres/client';
import { reason } from './stopping';

/** Makes sure that what a URL names is a Materialize that answers; returns its version. */
export async function checkMaterialize(url: string): Promise<string> {
  return ask(url, 'SELECT mz_version()');
}

/** Makes sure that a Postgres answers; returns the database's name. */
export async function checkPostgres(url: string): Promise<string> {
  return ask(url, 'SELECT current_database()');
}

async function ask(url: string, statement: string): Promise<string> {
  try {
    return await withClient({ connectionString: url, connectionTimeoutMillis: 10_000 }, async (client) => {
      const { rows } = await client.query<string[]>({ text: statement, rowMode: 'array' });
      return rows[0]?.[0] ?? '';
    });
  } catch (error) {
    // The host and not the URL, which holds a password.
    throw new Error(`${new URL(url).host} does not answer: ${reason(error)}.`, { cause: error });
  }
}
