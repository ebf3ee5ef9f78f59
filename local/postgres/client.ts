import { Client, type ClientConfig } from 'pg';

/** Runs `work` on a connection of its own. One that is lost is told by the query that needs it, not as an event. */
export async function withClient<T>(config: string | ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The same, for some statements one after the other. */
export const execute = (config: string | ClientConfig, statements: readonly string[]): Promise<void> =>
  withClient(config, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
