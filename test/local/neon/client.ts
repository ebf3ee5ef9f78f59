import { Client } from 'pg';
import type { Neon } from '../../../local/neon/neon';

/** An answer with its body as JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & {
    role: { name: string; password?: string };
    operations: { id: string; action: string; status: string; error?: string; failures_count: number }[];
    project: { settings: Record<string, unknown> };
    password: string;
    uri: string;
    message: string;
  };
}

/** Calls the API as a client would; `path` is below /projects/{project_id}. */
export async function call(
  api: string,
  neon: Neon,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const url = path.startsWith('/auth') ? `${api}${path}` : `${api}/projects/${neon.project}${path}`;
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${neon.apiKey}`, 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const parsed = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
  return { status: response.status, headers: response.headers, body: parsed };
}

/** A session in the stand-in's Postgres, over verified TLS; another branch's by its port. */
export async function connect(neon: Neon, user: string, password: string, port = neon.postgres.port): Promise<Client> {
  const { host } = neon.postgres;
  const ssl = { ca: neon.caPem };
  const client = new Client({ host, port, user, password, database: neon.database, ssl });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** The first value of a statement, or of the last of several, run as the superuser. */
export async function asSuperuser(neon: Neon, sql: string): Promise<unknown> {
  const url = new URL(neon.postgres.superuserUrl);
  url.pathname = `/${neon.database}`;
  const client = new Client({ connectionString: url.href });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const results = [await client.query<Record<string, unknown>>(sql)].flat();
    return Object.values(results.at(-1)?.rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

/** Resolves when the server drops the session. */
export const dropped = (client: Client): Promise<void> => new Promise((resolve) => client.once('end', resolve));

/** Polls until the condition holds; the test's own timeout ends a wait that never does. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
