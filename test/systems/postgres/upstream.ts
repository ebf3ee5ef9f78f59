import { Client } from 'pg';
import type { PostgresVersion } from '../../../local/postgres/binaries';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import type { TableFacts } from '../../../src/core/objects/tables/facts';
import type { SourceFacts } from '../../../src/core/plan/facts';
import type { PostgresSourceSpec, TableSelection } from '../../../src/core/spec/types';
import { connectSource, readSourceFacts } from '../../../src/systems/postgres';
import { withClient, type SqlClient } from '../../../src/systems/sql-client';

/** A Postgres of one version with database `shop`, its owner, who is no superuser, and n2m's session as that owner. */
export interface Upstream {
  readonly version: PostgresVersion;
  readonly port: number;
  readonly server: PostgresServer;
  readonly client: SqlClient;
  /** Statements of the database's owner, one after the other. */
  run(...statements: string[]): Promise<void>;
  /** The same as the superuser. */
  sudo(...statements: string[]): Promise<void>;
  /** As a plan reads them, in a session of its own. */
  facts(tables: string[] | TableSelection, change?: Partial<PostgresSourceSpec>): Promise<SourceFacts>;
  table(name: string): Promise<TableFacts>;
  /** A session of its own, closed at the end. */
  session(user?: 'owner' | 'superuser'): Promise<Client>;
  /** The same of any login. */
  login(url: string): Promise<Client>;
  stop(): Promise<void>;
}

const TLS = { mode: 'disable', ca: null } as const;
const OPTIONS = { connectTimeoutMs: 20_000, deadlineMs: 20_000 };
const ref = (text: string) => {
  const [name = '', schema = 'public'] = text.split('.').reverse();
  return { schema, name, alias: null };
};

/** What the file says of this upstream. */
export function sourceOf(
  tables: string[] | TableSelection,
  change: Partial<PostgresSourceSpec> = {},
): PostgresSourceSpec {
  return {
    ...{ kind: 'postgres', url: 'env:N2M_SECRET_URL', reachableAt: null, database: 'shop' },
    role: { name: 'materialize', via: 'sql' },
    tables: Array.isArray(tables) ? { kind: 'list', tables: tables.map(ref) } : tables,
    ...{ textColumns: [], excludeColumns: [], tls: TLS, publication: 'n2m_shop' },
    ...change,
  };
}

export async function startUpstream(
  version: PostgresVersion,
  settings: Record<string, string> = {},
): Promise<Upstream> {
  const server = await startPostgres({ version, settings: { wal_level: 'logical', ...settings } });
  const open: Client[] = [];
  const connect = async (url: string): Promise<Client> => {
    const one = new Client({ connectionString: url });
    one.on('error', () => undefined);
    await one.connect();
    open.push(one);
    return one;
  };
  const all = async (one: Client, statements: string[]): Promise<void> => {
    for (const text of statements) await one.query(text);
  };
  try {
    const admin = await connect(server.superuserUrl);
    await all(admin, [
      `CREATE ROLE owner LOGIN CREATEROLE REPLICATION PASSWORD 'owner-pass'`,
      'CREATE DATABASE shop OWNER owner',
    ]);
    const ownerUrl = `postgres://owner:owner-pass@127.0.0.1:${server.port}/shop`;
    const superuserUrl = server.superuserUrl.replace(/postgres$/, 'shop');
    const root = await connect(superuserUrl);
    await root.query('GRANT ALL ON SCHEMA public TO owner');
    const owner = await connect(ownerUrl);
    const client = await connectSource({ url: ownerUrl, tls: TLS }, OPTIONS);
    const facts: Upstream['facts'] = (tables, change) =>
      withClient(connectSource({ url: ownerUrl, tls: TLS }, OPTIONS), (one) =>
        readSourceFacts(one, {
          pipeline: 'shop',
          source: sourceOf(tables, change),
          reachable: { host: server.host, port: server.port },
          neon: null,
        }),
      );
    return {
      ...{ version, client, facts, server, port: server.port },
      run: (...statements) => all(owner, statements),
      sudo: (...statements) => all(root, statements),
      async table(name) {
        const [table] = (await facts([name])).tables;
        if (table === undefined) throw new Error(`no table ${name}`);
        return table;
      },
      login: connect,
      session: (user = 'owner') => connect(user === 'owner' ? ownerUrl : superuserUrl),
      async stop() {
        await client.close();
        await Promise.all(open.map((one) => one.end().catch(() => undefined)));
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
