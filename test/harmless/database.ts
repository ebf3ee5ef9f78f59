import { Client } from 'pg';
import type { PostgresVersion } from '../../local/postgres/binaries';
import { startMaterialize } from '../../local/materialize/standin';
import { startPostgres } from '../../local/postgres/server';
import { quoteIdent } from '../../src/core/sql/quote';

/** A database that is filled and emptied over and over, seen as its application and as its catalogs see it. */
export interface Database {
  /** As the owner of the database, no superuser from Postgres 16 on, where such a one may make a role that replicates. */
  readonly url: string;
  /** A Materialize in which there is nothing. */
  readonly materializeUrl: string;
  /** Empties it and runs the statements; one that the server does not take is left out. */
  fill(statements: string[]): Promise<void>;
  run(...statements: string[]): Promise<void>;
  /** What the application is told at each of its statements on each table, `orders UPDATE`: `fine`, or an SQLSTATE. */
  writes(): Promise<Record<string, string>>;
  /** Everything a pipeline may change, as text. */
  state(): Promise<State>;
  stop(): Promise<void>;
}

/** Of tables: name, replica identity, and what else there is. */
export interface State {
  tables: [string, string, ...unknown[]][] | null;
}

const STATE = `
  SELECT json_build_object(
    'tables', (SELECT json_agg(json_build_array(c.relname, c.relreplident::text || coalesce((SELECT ' ' || x.relname FROM pg_index i
                     JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident), ''), c.relrowsecurity,
                 (SELECT json_agg(a::text ORDER BY a::text) FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) a)) ORDER BY c.relname)
               FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')),
    'schema', (SELECT json_agg(a::text ORDER BY a::text) FROM pg_namespace n, unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
               WHERE n.nspname = 'public'),
    'defaults', (SELECT json_agg(d.defaclacl::text ORDER BY d.defaclacl::text) FROM pg_default_acl d),
    'publications', (SELECT json_agg(json_build_array(to_jsonb(p) - 'oid', obj_description(p.oid, 'pg_publication'),
                       (SELECT json_agg(t.tablename ORDER BY t.tablename) FROM pg_publication_tables t WHERE t.pubname = p.pubname)) ORDER BY p.pubname)
                     FROM pg_publication p),
    'roles', (SELECT json_agg(rolname ORDER BY rolname) FROM pg_roles WHERE rolname !~ '^pg_'),
    'slots', (SELECT count(*) FROM pg_replication_slots)) AS state`;

const TABLES = `
  SELECT c.relname AS name,
         (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attname = 'note') AS column
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`;

export async function startDatabase(version: PostgresVersion): Promise<Database> {
  const [server, materialize] = await Promise.all([
    startPostgres({ version, settings: { wal_level: 'logical' } }),
    startMaterialize(),
  ]);
  const open = async (url: string) => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const admin = await open(server.superuserUrl);
  await admin.query(
    `CREATE ROLE app_group; CREATE ROLE app LOGIN CREATEROLE REPLICATION BYPASSRLS PASSWORD 'app'; GRANT app_group TO app`,
  );
  if (version < 16) await admin.query('ALTER ROLE app SUPERUSER');
  await admin.query('CREATE DATABASE shop OWNER app');
  const root = await open(server.superuserUrl.replace(/\/postgres$/, '/shop'));
  const app = await open(server.superuserUrl.replace(/\/\/.*@/, '//app:app@').replace(/\/postgres$/, '/shop'));

  async function attempt(statement: string): Promise<string> {
    await app.query('BEGIN');
    const answer = await app.query(statement).then(
      () => 'fine',
      ({ code }: { code: string }) => code,
    );
    await app.query('ROLLBACK');
    return answer;
  }

  return {
    materializeUrl: materialize.url,
    url: server.superuserUrl.replace(/\/\/.*@/, '//app:app@').replace(/\/postgres$/, '/shop'),
    async fill(statements) {
      const { rows } = await root.query<{ pubname: string }>('SELECT pubname FROM pg_publication');
      for (const { pubname } of rows) await root.query(`DROP PUBLICATION ${quoteIdent(pubname)}`);
      await root.query(
        'DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION app; GRANT CREATE ON SCHEMA public TO app_group',
      );
      await root.query('DROP ROLE IF EXISTS materialize');
      for (const statement of statements) {
        const privileged = /FOR ALL TABLES|IN SCHEMA/.test(statement);
        await (privileged ? root : app).query(statement).catch(() => undefined);
      }
    },
    async run(...statements) {
      for (const statement of statements) await root.query(statement);
    },
    async writes() {
      const { rows } = await app.query<{ name: string; column: string }>(TABLES);
      const told: Record<string, string> = {};
      for (const { name, column } of rows) {
        const table = `public.${quoteIdent(name)}`;
        const statements = {
          SELECT: `SELECT FROM ${table}`,
          INSERT: `INSERT INTO ${table} (id, ${column}) VALUES (1, 'x')`,
          UPDATE: `UPDATE ${table} SET ${column} = ${column}`,
          DELETE: `DELETE FROM ${table}`,
          TRUNCATE: `TRUNCATE ${table}`,
          ...(version >= 15
            ? {
                MERGE: `MERGE INTO ${table} t USING (SELECT 1) s ON false WHEN MATCHED THEN UPDATE SET ${column} = t.${column}`,
              }
            : {}),
        };
        for (const [kind, statement] of Object.entries(statements)) told[`${name} ${kind}`] = await attempt(statement);
      }
      return told;
    },
    async state() {
      const { rows } = await root.query<{ state: State }>(STATE);
      return rows[0]?.state ?? { tables: null };
    },
    async stop() {
      await Promise.all([admin, root, app].map((client) => client.end()));
      await Promise.all([server.stop(), materialize.stop()]);
    },
  };
}
