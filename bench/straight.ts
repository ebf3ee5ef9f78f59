import { Client } from 'pg';
import { alterClusterSize, createCluster } from '../src/core/objects/cluster/statements';
import { createConnection } from '../src/core/objects/connection/statements';
import { grantSelect, grantSelectOnFutureTables, grantUsage } from '../src/core/objects/grants/statements';
import { createPublication } from '../src/core/objects/publication/statements';
import { replicaIdentityFull } from '../src/core/objects/replica-identity/statements';
import { createRole, noIdleInTransactionTimeout } from '../src/core/objects/role/statements';
import { createSchema } from '../src/core/objects/schema/statements';
import { createSecret } from '../src/core/objects/secret/statements';
import { createSourceBare, createTableFromSource } from '../src/core/objects/source/statements';
import type { ItemName } from '../src/core/sql/items';

export interface StraightInput {
  name: string;
  ownerUrl: string;
  superuserUrl: string;
  materializeUrl: string;
  host: string;
  port: number;
  ca: string;
  tables: { schema: string; name: string }[];
}

/**
 * The same statements as a run sends, one after the other, without looking, retrying or remembering anything. It waits for
 * what a run waits for: the copy, the new size, and that every table moves on there. Answers with the milliseconds of that
 * last wait.
 */
export async function straight(input: StraightInput): Promise<number> {
  const { name, tables } = input;
  const role = `role_${name}`;
  const publication = `n2m_${name}`;
  const item = (object: string): ItemName => ({ database: 'materialize', schema: name, name: object });
  const secret = item('password');
  const connection = item('pg');
  const source = item('source');
  const cluster = `ingest_${name}`;
  const upstream = new Client({ connectionString: input.ownerUrl, ssl: { ca: input.ca } });
  const target = new Client({ connectionString: input.materializeUrl });
  await upstream.connect();
  await target.connect();
  try {
    await upstream.query(createRole(role, 'straight-script-password'));
    await upstream.query(noIdleInTransactionTimeout(role));
    for (const table of tables) await upstream.query(replicaIdentityFull(table));
    await upstream.query(grantUsage('public', role));
    await upstream.query(grantSelect(tables, role));
    await upstream.query(grantSelectOnFutureTables('neondb_owner', 'public', role));
    await upstream.query(createPublication(publication, tables));
    await target.query(createSchema('materialize', name));
    await target.query(createCluster(cluster, '200cc'));
    await target.query(createSecret(secret, Buffer.from('straight-script-password').toString('base64')));
    await target.query(
      createConnection(connection, {
        host: input.host,
        port: input.port,
        user: role,
        database: 'shop',
        passwordSecret: secret,
        sslMode: 'verify-full',
        certificateAuthority: input.ca,
      }),
    );
    await target.query(createSourceBare({ name: source, cluster, connection, publication }));
    const options = { name: source, textColumns: [], excludeColumns: [], excludeConstraints: [] };
    await target.query('BEGIN');
    for (const table of tables) {
      await target.query(createTableFromSource(options, { upstream: table, target: item(table.name) }));
    }
    await target.query('COMMIT');
    await untilFrontiers(target, name, '0', tables.length);
    await target.query(alterClusterSize(cluster, '50cc'));
    await untilOnline(target, cluster);
    const began = performance.now();
    const { rows } = await target.query<{ at: string }>(
      `SELECT max(f.write_frontier::text::numeric)::text AS at ${frontiersOf(name)}`,
    );
    await untilFrontiers(target, name, rows[0]?.at ?? '0', tables.length);
    return performance.now() - began;
  } finally {
    await upstream.end();
    await target.end();
  }
}

const frontiersOf = (schema: string): string =>
  `FROM mz_internal.mz_frontiers f JOIN mz_catalog.mz_tables t ON t.id = f.object_id
    JOIN mz_catalog.mz_schemas c ON c.id = t.schema_id WHERE c.name = '${schema}'`;

/** The frontier tells first that a copy is committed, and that a table moves on. */
function untilFrontiers(target: Client, schema: string, beyond: string, tables: number): Promise<void> {
  const moved = `SELECT count(*) AS n ${frontiersOf(schema)} AND f.write_frontier::text::numeric > ${beyond}`;
  return poll(target, moved, tables);
}

function untilOnline(target: Client, cluster: string): Promise<void> {
  return poll(
    target,
    `SELECT count(*) AS n FROM mz_catalog.mz_cluster_replicas r JOIN mz_catalog.mz_clusters c ON c.id = r.cluster_id
    JOIN mz_internal.mz_cluster_replica_statuses s ON s.replica_id = r.id
    WHERE c.name = '${cluster}' AND r.size = '50cc' AND s.status = 'online'`,
    1,
  );
}

async function poll(client: Client, sql: string, wanted: number): Promise<void> {
  while (Number((await client.query<{ n: string }>(sql)).rows[0]?.n) < wanted) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
