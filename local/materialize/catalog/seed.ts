import { builtinTypes } from './definitions/column-types';
import { makeStoreRole } from './objects/privileges';
import { emulatorSizes } from './sizes';
import type { Store } from './store';
import recorded from './generated/system-columns.json';
import type { CatalogSettings } from './types';

/** `v26.9.0-dev.0 (7d2a7fae1)` → 2600900: major · 100000 + minor · 100 + patch. */
export function versionNumber(version: string): number {
  const match = /^v(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (match === null) throw new Error(`"${version}" is no Materialize version: write it like v26.9.0 (7d2a7fae1)`);
  const [major, minor, patch] = match.slice(1).map(Number) as [number, number, number];
  return major * 100_000 + minor * 100 + patch;
}

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
    await on.query('INSERT INTO mz_store.cluster_sizes VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
      position,
      size.size,
      size.processes,
      size.workers,
      size.cpuNanoCores,
      size.memoryBytes,
      size.diskBytes,
      size.creditsPerHour,
    ]);
  }
  for (const cidr of settings.egressIps ?? []) {
    const [address = '', prefix = '32'] = cidr.split('/');
    await on.query('INSERT INTO mz_catalog.mz_egress_ips VALUES ($1, $2, $3)', [
      address,
      prefix,
      `${address}/${prefix}`,
    ]);
  }
}

async function seedRoles(on: Store): Promise<void> {
  const roles = [
    ['s1', 'mz_system', true],
    ['s2', 'mz_support', false],
    ['s3', 'mz_analytics', false],
  ] as const;
  for (const [id, name, superuser] of roles) {
    await on.query(`INSERT INTO mz_store.roles VALUES ($1, nextval('mz_store.oids'), $2, $3)`, [id, name, superuser]);
    await makeStoreRole(on, name);
  }
  await on.query(
    `INSERT INTO mz_store.roles VALUES ('u' || nextval('mz_store.role_ids'), nextval('mz_store.oids'), 'materialize', false)`,
  );
  await makeStoreRole(on, 'materialize');
  for (const privilege of ['CREATEROLE', 'CREATEDB', 'CREATECLUSTER', 'CREATENETWORKPOLICY']) {
    await on.query(`INSERT INTO mz_store.grants VALUES ('system', '', $1, 'u1', 's1')`, [privilege]);
  }
}

async function seedSchemas(on: Store): Promise<void> {
  await on.query(
    `INSERT INTO mz_store.databases VALUES ('u' || nextval('mz_store.database_ids'), nextval('mz_store.oids'), 'materialize', 's1')`,
  );
  for (const [index, name] of systemSchemas.entries()) {
    await on.query(`INSERT INTO mz_store.schemas VALUES ($1, nextval('mz_store.oids'), NULL, $2, 's1')`, [
      `s${index + 1}`,
      name,
    ]);
    await on.query(`INSERT INTO mz_store.grants VALUES ('schema', $1, 'USAGE', 'p', 's1')`, [`s${index + 1}`]);
  }
  await on.query(
    `INSERT INTO mz_store.schemas VALUES ('u' || nextval('mz_store.schema_ids'), nextval('mz_store.oids'), 'u1', 'public', 's1')`,
  );
  const granted = [
    ['database', 'USAGE', 'p'],
    ['database', 'USAGE', 'u1'],
    ['database', 'CREATE', 'u1'],
    ['schema', 'USAGE', 'p'],
    ['schema', 'USAGE', 'u1'],
    ['schema', 'CREATE', 'u1'],
  ];
  for (const [kind, privilege, grantee] of granted) {
    await on.query(`INSERT INTO mz_store.grants VALUES ($1, 'u1', $2, $3, 's1')`, [kind, privilege, grantee]);
  }
}

async function seedClusters(on: Store): Promise<void> {
  for (const [id, name, factor] of systemClusters) {
    await on.query(`INSERT INTO mz_store.clusters VALUES ($1, $2, 's1', true, '25cc', $3)`, [id, name, factor]);
    if (factor === 0) continue;
    await on.query(
      `INSERT INTO mz_store.replicas (id, cluster_id, name, size, owner_id) VALUES ($1, $1, 'r1', '25cc', 's1')`,
      [id],
    );
  }
  await on.query(
    `INSERT INTO mz_store.clusters VALUES ('u' || nextval('mz_store.cluster_ids'), 'quickstart', 's1', true, '25cc', 1)`,
  );
  await on.query(
    `INSERT INTO mz_store.replicas (id, cluster_id, name, size, owner_id)
     VALUES ('u' || nextval('mz_store.replica_ids'), 'u1', 'r1', '25cc', 's1')`,
  );
  for (const [privilege, grantee] of [
    ['USAGE', 'p'],
    ['USAGE', 'u1'],
    ['CREATE', 'u1'],
  ]) {
    await on.query(`INSERT INTO mz_store.grants VALUES ('cluster', 'u1', $1, $2, 's1')`, [privilege, grantee]);
  }
  await on.query(`INSERT INTO mz_store.grants VALUES ('cluster', 's2', 'USAGE', 'p', 's1')`);
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
