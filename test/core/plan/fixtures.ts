import type { SizePower } from '../../../src/core/objects/cluster/facts';
import type { TablePublication } from '../../../src/core/objects/publication/facts';
import type { ChildFacts } from '../../../src/core/objects/source/facts';
import type { PartitionsFacts, TableFacts } from '../../../src/core/objects/tables/facts';
import type { SourceFacts, Orphan, TargetFacts, WatchFacts } from '../../../src/core/plan/facts';
import type { StandbyFacts } from '../../../src/core/objects/logical-replication/standby';
import { writeMark } from '../../../src/core/plan/ownership';
import type { Plan } from '../../../src/core/plan/types';
import type { NeonSourceSpec, PipelineSpec, PostgresSourceSpec } from '../../../src/core/spec/types';

/** The pipeline of the README: two tables of a Neon project. */
export const neonSource: NeonSourceSpec = {
  kind: 'neon',
  project: 'shiny-wind-028834',
  branch: 'main',
  apiKey: 'env:N2M_SECRET_NEON_API_KEY',
  database: 'shop',
  role: { name: 'materialize', via: 'api' },
  tables: {
    kind: 'list',
    tables: [
      { schema: 'public', name: 'orders', alias: null },
      { schema: 'public', name: 'customers', alias: null },
    ],
  },
  textColumns: [],
  excludeColumns: [],
  tls: { mode: 'verify-full', ca: null },
  publication: 'n2m_shop',
};

export const spec: PipelineSpec = {
  name: 'shop',
  source: neonSource,
  materialize: {
    url: 'env:N2M_SECRET_MATERIALIZE_URL',
    database: 'materialize',
    schema: 'shop',
    cluster: { name: 'ingest_shop', snapshotSize: '200cc', steadySize: '50cc' },
    syntax: 'auto',
    names: { secret: 'shop_password', connection: 'shop_postgres', source: 'shop_source' },
  },
  snapshot: { pollEvery: 10_000, stuckAfter: 600_000, resizeDeadline: 600_000 },
  watch: {
    every: 60_000,
    retainedWal: { warn: 0.7, critical: 0.85 },
    retainedWalBytes: { warn: 2 ** 30, critical: 2 ** 31 },
    slotIdle: { warn: 1_800_000, critical: 86_400_000 },
    unconfirmed: { warn: 600_000, critical: 1_800_000 },
    notRunning: { warn: 60_000, critical: 300_000 },
    freshness: { warn: 5_000, critical: 60_000 },
    utilization: { warn: 0.8, critical: 0.9 },
    pingUrl: null,
  },
  alerts: [],
};

export const withSource = (change: Partial<NeonSourceSpec>): PipelineSpec => ({
  ...spec,
  source: { ...neonSource, ...change },
});

export const postgresSpec = (change: Partial<PostgresSourceSpec> = {}): PipelineSpec => {
  const role = { name: 'materialize', via: 'sql' } as const;
  const { database, tables, textColumns, excludeColumns, tls, publication } = neonSource;
  const common = { database, tables, textColumns, excludeColumns, tls, publication };
  return {
    ...spec,
    source: { ...common, kind: 'postgres', url: 'env:N2M_SECRET_SOURCE_URL', reachableAt: null, role, ...change },
  };
};

export const withMaterialize = (change: Partial<PipelineSpec['materialize']>): PipelineSpec => ({
  ...spec,
  materialize: { ...spec.materialize, ...change },
});

export function table(name: string, change: Partial<TableFacts> = {}): TableFacts {
  return {
    schema: 'public',
    name,
    oid: 16_384,
    relkind: 'r',
    partitionOf: [],
    partitions: null,
    persistence: 'permanent',
    heirs: { count: 0, first: [] },
    hypertable: false,
    owner: 'neondb_owner',
    ownedByUs: true,
    replicaIdentity: 'default',
    hasPrimaryKey: true,
    constraints: [`${name}_pkey`],
    identityColumns: ['id'],
    rowSecurity: false,
    selectable: null,
    schemaUsable: null,
    schemaGrantable: true,
    schemaOpen: false,
    estimatedRows: 1000,
    bytes: '8192',
    rowBytes: null,
    written: null,
    publications: [],
    columns: [
      { name: 'id', type: 'bigint', typeOid: 20, nullable: false, generated: null, expression: null, ingest: 'yes' },
    ],
    ...change,
  };
}

export const partitioned = (
  change: Partial<PartitionsFacts> = {},
): Pick<TableFacts, 'relkind' | 'partitions'> & Partial<TableFacts> => ({
  relkind: 'p',
  replicaIdentity: change.weak ? 'default' : 'full',
  partitions: {
    ...{ count: 3, weak: { count: 0, first: [] }, unsent: { count: 0, first: [] }, foreign: null },
    ...change,
  },
});

export const generatedColumn = (
  name: string,
  generated: 'stored' | 'virtual',
  expression: string,
): TableFacts['columns'][number] => {
  return { name, type: 'numeric', typeOid: 1700, nullable: true, generated, expression, ingest: 'yes' };
};

/** A publication of somebody else's that publishes a table whole. */
export const publishedBy = (name: string, change: Partial<TablePublication> = {}): TablePublication => ({
  name,
  owner: 'analytics',
  ownedByUs: false,
  via: 'table',
  entry: { schema: 'public', name: 'orders' },
  publishes: { insert: true, update: true, delete: true, truncate: true },
  columns: null,
  filtered: false,
  generatedColumns: 'none',
  ...change,
});

/** A Neon project nobody has prepared yet. */
export function untouchedSource(change: Partial<SourceFacts> = {}): SourceFacts {
  return {
    versionNum: 170_005,
    managed: 'neon',
    standby: false,
    primary: null,
    readOnly: false,
    host: 'ep-cool-darkness-123456.us-east-2.aws.neon.tech',
    port: 5432,
    pooler: null,
    walLevel: 'replica',
    maxReplicationSlots: 10,
    usedReplicationSlots: 1,
    maxWalSenders: 10,
    usedWalSenders: 1,
    maxSlotWalKeepSize: null,
    idleSlotTimeoutMs: null,
    user: {
      name: 'neondb_owner',
      superuser: false,
      replication: true,
      bypassRls: true,
      createRole: true,
      canCreateInDatabase: true,
      memberOf: ['neon_superuser'],
    },
    role: null,
    publication: null,
    recordExists: false,
    tables: [table('orders'), table('customers')],
    missingTables: [],
    openTransactions: [],
    slots: [],
    defaultPrivileges: [],
    neon: {
      project: 'shiny-wind-028834',
      branchId: 'br-main',
      branchName: 'main',
      branchProtected: false,
      pgVersion: 17,
      logicalReplication: false,
      storesPasswords: true,
      allowedIps: [],
      allowedIpsProtectedBranchesOnly: false,
      blocksPublicConnections: false,
      endpointId: 'ep-cool-darkness-123456',
      endpointHost: 'ep-cool-darkness-123456.us-east-2.aws.neon.tech',
      ownerRole: 'neondb_owner',
      roleNames: ['neondb_owner'],
    },
    ...change,
  };
}

const sized = (credits: number): SizePower => ({ cores: credits * 2, memoryBytes: credits * 16e9, credits });

/** As the catalog has them, whatever they are called. */
export const POWER: Record<string, SizePower> = {
  ...{ '25cc': sized(0.25), '50cc': sized(0.5), '100cc': sized(1), '200cc': sized(2), '800cc': sized(8) },
  ...{ '1600cc': sized(16), '3200cc': sized(32), 'M.1-nano': { cores: 1, memoryBytes: 26e9, credits: 0.75 } },
};

export function emptyTarget(change: Partial<TargetFacts> = {}): TargetFacts {
  return {
    version: 'v26.9.0',
    versionNum: 2_600_900,
    forcesSourceTables: false,
    user: 'n2m@example.com',
    missingPrivileges: [],
    orphans: [],
    egressCidrs: ['203.0.113.5/32', '198.51.100.0/30'],
    sizes: ['25cc', '50cc', '100cc', '200cc'],
    power: POWER,
    credits: { limit: 1024, used: 0.25 },
    resizesInBackground: false,
    limits: { maxSources: 200, usedSources: 3, maxTables: 200, usedTables: 3, maxClusters: 25, usedClusters: 2 },
    databaseExists: true,
    schema: { exists: false, comment: null },
    cluster: null,
    secret: null,
    connection: null,
    source: null,
    schemaItems: [],
    ...change,
  };
}

/** A plan that has nothing to do. */
export const emptyPlan = (change: Partial<Plan> = {}): Plan => ({
  ...{ pipeline: 'shop', findings: [], steps: [], changes: 0, needsApproval: [], tables: [], removed: [] },
  ...{ rebuild: null, owed: [], syntax: 'subsources', snapshot: { rows: null, bytes: '0', estimates: [] } },
  ...change,
});

/** Something of this pipeline that an earlier version of the file named. */
export const orphan = (kind: Orphan['kind'], name: string): Orphan => {
  const database = kind === 'cluster' ? null : 'materialize';
  return { kind, database, schema: database && kind !== 'schema' ? 'shop' : null, name, otherObjects: [] };
};

export const mark = writeMark('shop');

/** A standby of the server that the facts are of, as it should be. */
export const replica = (change: Partial<StandbyFacts> = {}): StandbyFacts => ({
  ...{ standby: true, versionNum: 170_005, sameSystem: true, feedback: true, physicalSlot: 'standby' },
  mayLogRunning: true,
  ...change,
});

/** A file that names a standby and its primary. */
export const primarySpec = (change: Partial<PostgresSourceSpec> = {}): PipelineSpec =>
  postgresSpec({ primary: 'env:N2M_SECRET_PRIMARY_URL', ...change });

/** What a finished run leaves upstream. */
export function preparedSource(change: Partial<SourceFacts> = {}): SourceFacts {
  const untouched = untouchedSource();
  const publishes = { insert: true, update: true, delete: true, truncate: true };
  const ready: Partial<TableFacts> = {
    replicaIdentity: 'full',
    selectable: true,
    schemaUsable: true,
    publications: [publishedBy('n2m_shop', { owner: 'neondb_owner', ownedByUs: true })],
  };
  return {
    ...untouched,
    walLevel: 'logical',
    recordExists: true,
    usedReplicationSlots: 2,
    slots: ['materialize_0123456789abcdef0123456789abcdef'],
    role: {
      name: 'materialize',
      login: true,
      superuser: false,
      replication: true,
      bypassRls: true,
      config: ['idle_in_transaction_session_timeout=0'],
      limits: [],
      memberOf: ['neon_superuser'],
      comment: null,
    },
    publication: {
      name: 'n2m_shop',
      owner: 'neondb_owner',
      ownedByUs: true,
      allTables: false,
      publishes,
      viaRoot: false,
      generatedColumns: null,
      tables: [
        { schema: 'public', name: 'customers', columns: null, filtered: false },
        { schema: 'public', name: 'orders', columns: null, filtered: false },
      ],
      comment: mark,
    },
    tables: [table('orders', ready), table('customers', ready)],
    neon: { ...untouched.neon!, logicalReplication: true, roleNames: ['neondb_owner', 'materialize'] },
    ...change,
  };
}

export function child(name: string, change: Partial<ChildFacts> = {}): ChildFacts {
  return {
    id: `u-${name}`,
    kind: 'subsource',
    schema: 'shop',
    name,
    upstream: { schema: 'public', name },
    status: 'running',
    error: null,
    committed: true,
    textColumns: [],
    excludeColumns: [],
    dependents: [],
    ...change,
  };
}

/** What a finished run leaves in Materialize. */
export function builtTarget(change: Partial<TargetFacts> = {}): TargetFacts {
  return emptyTarget({
    schema: { exists: true, comment: mark },
    cluster: {
      id: 'u1',
      comment: mark,
      managed: true,
      size: '50cc',
      replicationFactor: 1,
      replicas: [{ id: 'u1', name: 'r1', size: '50cc', status: 'online' }],
      pending: 0,
      reconfiguration: null,
      sizedBy: null,
      otherObjects: [],
    },
    secret: { id: 'u2', comment: mark },
    connection: {
      id: 'u3',
      comment: mark,
      host: 'ep-cool-darkness-123456.us-east-2.aws.neon.tech',
      port: 5432,
      user: 'materialize',
      database: 'shop',
      sslMode: 'verify_full',
      passwordSecret: '"materialize"."shop"."shop_password"',
      certificateAuthority: '-----BEGIN CERTIFICATE-----',
      createSql: '',
    },
    source: {
      id: 'u4',
      comment: mark,
      cluster: 'ingest_shop',
      connectionId: 'u3',
      publication: 'n2m_shop',
      slot: 'materialize_0123456789abcdef0123456789abcdef',
      syntax: 'subsources',
      textColumns: [],
      excludeColumns: [],
      status: 'running',
      error: null,
      children: [child('orders'), child('customers')],
      dependents: [],
      createSql: '',
    },
    schemaItems: [
      { id: 'u2', name: 'shop_password', type: 'secret' },
      { id: 'u3', name: 'shop_postgres', type: 'connection' },
      { id: 'u4', name: 'shop_source', type: 'source' },
      { id: 'u-orders', name: 'orders', type: 'source' },
      { id: 'u-customers', name: 'customers', type: 'source' },
    ],
    ...change,
  });
}

export const notWatched: WatchFacts = { exists: false, paused: false, current: false };
export const watched: WatchFacts = { exists: true, paused: false, current: true };
