import { Client } from 'pg';

/** Makes sure that what a URL names is a Materialize that answers; returns its version. */
export async function checkMaterialize(url: string): Promise<string> {
  return ask(url, 'SELECT mz_version()');
}

/** Makes sure that a Postgres answers; returns the database's name. */
export async function checkPostgres(url: string): Promise<string> {
  return ask(url, 'SELECT current_database()');
}

async function ask(url: string, statement: string): Promise<string> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<string[]>({ text: statement, rowMode: 'array' });
    return rows[0]?.[0] ?? '';
  } catch (error) {
    // The host and not the URL, which holds a password.
    const { host } = new URL(url);
    throw new Error(`${host} does not answer: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
