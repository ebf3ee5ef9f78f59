import { builtinTypes } from './definitions/column-types';
import { makeStoreRole } from './objects/privileges';
import { emulatorSizes } from './sizes';
import { insert, nextId, type Store } from './store';
import recorded from './generated/system-columns.json';
import { versionNumber } from '../version';
import type { CatalogSettings } from './types';

const systemClusters = [
  ['s1', 'mz_system', 0],
  ['s2', 'mz_catalog_server', 1],
  ['s3', 'mz_probe', 0],
  ['s4', 'mz_support', 0],
  ['s5', 'mz_analytics', 0],
] as const;

const systemSchemas = [
  'mz_catalog',
  'pg_catalog',
  'mz_internal',
  'information_schema',
  'mz_introspection',
  'mz_catalog_unstable',
  'mz_unsafe',
];

/** Rows every new environment has. */
export async function seed(on: Store): Promise<void> {
  await seedRoles(on);
  await seedSchemas(on);
  await seedClusters(on);
  await seedTypes(on);
  await seedSystemRelations(on);
}

/** What is asked for at each start, whatever a former run was: version, sizes, egress addresses. */
export async function applySettings(on: Store, settings: CatalogSettings): Promise<void> {
  const plain = settings.version.replace(/^v/, '').replace(/ .*$/, '');
  const meta: Record<string, string> = {
    version: settings.version,
    version_num: String(versionNumber(settings.version)),
    postgres_version: `PostgreSQL 9.5 on x86_64-unknown-linux-gnu (Materialize ${plain})`,
    environment_id: 'local-stand-in-00000000-0000-0000-0000-000000000000-0',
    replica_start_delay: `${settings.replicaStartDelay ?? 300} milliseconds`,
  };
  for (const [name, value] of Object.entries(meta)) {
    await on.query(
      'INSERT INTO mz_store.meta VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      [name, value],
    );
  }
  const sizes = settings.sizes ?? emulatorSizes;
  const allowed = sizes.map((size) => `"${size.size}"`).join(', ');
  await on.query(
    `INSERT INTO mz_store.system_settings VALUES ('allowed_cluster_replica_sizes', $1), ('mz_version', $2)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [allowed, settings.version],
  );
  await on.query('DELETE FROM mz_store.cluster_sizes');
  await on.query('DELETE FROM mz_catalog.mz_egress_ips');
  for (const [position, size] of sizes.entries()) {
    await insert(on, 'mz_store.cluster_sizes', {
      ...{ position, size: size.size, processes: size.processes, workers: size.workers },
      ...{ cpu_nano_cores: size.cpuNanoCores, memory_bytes: size.memoryBytes, disk_bytes: size.diskBytes },
      credits_per_hour: size.creditsPerHour,
    });
  }
  for (const cidr of settings.egressIps ?? []) {
    const [egress_ip = '', prefix_length = '32'] = cidr.split('/');
    await insert(on, 'mz_catalog.mz_egress_ips', { egress_ip, prefix_length, cidr: `${egress_ip}/${prefix_length}` });
  }
}

/** What the system grants, by kind, id, privilege and grantee (`p` is PUBLIC, u1 the first role). */
async function grant(on: Store, granted: [kind: string, id: string, privilege: string, grantee: string][]) {
  for (const [kind, id, privilege, grantee] of granted) {
    await insert(on, 'mz_store.grants', { kind, id, privilege, grantee, grantor: 's1' });
  }
}

async function seedRoles(on: Store): Promise<void> {
  for (const [id, name] of [
    ['s1', 'mz_system'],
    ['s2', 'mz_support'],
    ['s3', 'mz_analytics'],
    [await nextId(on, 'role'), 'materialize'],
  ] as const) {
    await insert(on, 'mz_store.roles', { id, name, superuser: id === 's1' });
    await makeStoreRole(on, name);
  }
  const privileges = ['CREATEROLE', 'CREATEDB', 'CREATECLUSTER', 'CREATENETWORKPOLICY'];
  await grant(
    on,
    privileges.map((privilege) => ['system', '', privilege, 'u1']),
  );
}

async function seedSchemas(on: Store): Promise<void> {
  await insert(on, 'mz_store.databases', { id: await nextId(on, 'database'), name: 'materialize', owner_id: 's1' });
  for (const [index, name] of systemSchemas.entries()) {
    await insert(on, 'mz_store.schemas', { id: `s${index + 1}`, name, owner_id: 's1' });
    await grant(on, [['schema', `s${index + 1}`, 'USAGE', 'p']]);
  }
  const id = await nextId(on, 'schema');
  await insert(on, 'mz_store.schemas', { id, database_id: 'u1', name: 'public', owner_id: 's1' });
  await grant(on, usable('database'));
  await grant(on, usable('schema'));
}

/** Everybody may use it, the first role make things in it. */
const usable = (kind: string): [string, string, string, string][] => [
  [kind, 'u1', 'USAGE', 'p'],
  [kind, 'u1', 'USAGE', 'u1'],
  [kind, 'u1', 'CREATE', 'u1'],
];

async function seedClusters(on: Store): Promise<void> {
  const add = async (id: string, name: string, factor: number, replica: string): Promise<void> => {
    const common = { owner_id: 's1', size: '25cc' };
    await insert(on, 'mz_store.clusters', { id, name, ...common, managed: true, replication_factor: factor });
    if (factor > 0) await insert(on, 'mz_store.replicas', { id: replica, cluster_id: id, name: 'r1', ...common });
  };
  for (const [id, name, factor] of systemClusters) await add(id, name, factor, id);
  await add(await nextId(on, 'cluster'), 'quickstart', 1, await nextId(on, 'replica'));
  await grant(on, [...usable('cluster'), ['cluster', 's2', 'USAGE', 'p']]);
}

async function seedTypes(on: Store): Promise<void> {
  for (const type of builtinTypes) {
    await on.query(
      `INSERT INTO mz_store.items (id, oid, schema_id, name, type, owner_id)
       SELECT $1, $2, s.id, $3, 'type', 's1' FROM mz_store.schemas s WHERE s.name = $4 AND s.database_id IS NULL`,
      [type.id, type.oid, type.name, type.schema],
    );
  }
}

/** Columns of the system relations as recorded. */
type SystemColumn = [name: string, type: string, nullable: boolean, comment: string];
const systemColumns = recorded.columns as unknown as Record<string, SystemColumn[]>;

/** The relations themselves as items, with their columns and comments; sources read as sources, the rest as views. */
async function seedSystemRelations(on: Store): Promise<void> {
  const FIRST_ID = 400;
  for (const [index, [relation, columns]] of Object.entries(systemColumns).entries()) {
    const id = `s${FIRST_ID + index}`;
    const [schema = '', name = ''] = relation.split('.');
    await on.query(
      `INSERT INTO mz_store.items (id, oid, schema_id, name, type, owner_id, cluster_id)
       SELECT $1, nextval('mz_store.oids'), s.id, $2, 'view', 's1', 's2' FROM mz_store.schemas s
       WHERE s.name = $3 AND s.database_id IS NULL`,
      [id, name, schema],
    );
    // Every system relation is readable from the start, which is what its frontier says.
    await on.query(
      `INSERT INTO mz_internal.mz_frontiers VALUES ($1, '0', (extract(epoch FROM clock_timestamp()) * 1000)::int8)`,
      [id],
    );
    for (const [position, [column, type, nullable, comment]] of columns.entries()) {
      await on.query(
        `INSERT INTO mz_store.columns SELECT $1, $2, $3::text, $4, $5, coalesce(m.oid, a.atttypid), -1, $6
         FROM pg_attribute a LEFT JOIN mz_store.type_oids m ON m.store_oid = a.atttypid
         WHERE a.attrelid = $7::regclass AND a.attname = $3::text`,
        [id, position + 1, column, nullable, type, comment, relation],
      );
    }
  }
}
