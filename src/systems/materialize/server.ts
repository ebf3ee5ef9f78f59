import type { SizePower } from '../../core/objects/cluster/facts';
import type { TargetFacts } from '../../core/plan/facts';
import { qualified, unquoteIdent } from '../../core/sql/quote';
import { SystemError } from '../errors';
import type { SqlClient } from '../sql-client';

const UNKNOWN_SETTING = '42704';

/** `SHOW name`; null where this version has no such setting (or does not show it). */
export async function readSetting(client: SqlClient, name: string): Promise<string | null> {
  try {
    const [row] = await client.query<Record<string, string>>(`SHOW ${name}`);
    return row === undefined ? null : (Object.values(row)[0] ?? null);
  } catch (error) {
    if (error instanceof SystemError && error.info.code === UNKNOWN_SETTING) return null;
    throw error;
  }
}

/** Sources of the old form are refused. Readable by everybody, unlike the flag that allows the new form. */
export async function readForcesSourceTables(client: SqlClient): Promise<boolean> {
  return (await readSetting(client, 'force_source_table_syntax')) === 'on';
}

/** Addresses Materialize connects from, as CIDR. Empty on the emulator. */
export async function readEgressCidrs(client: SqlClient): Promise<string[]> {
  const rows = await client.query<{ cidr: string }>('SELECT cidr FROM mz_catalog.mz_egress_ips ORDER BY cidr');
  return rows.map((row) => row.cidr);
}

/** The catalog's answer for a size without a limit: the process has whatever its machine has. */
const NO_LIMIT = 1e15;

interface SizeRow {
  size: string;
  processes: string;
  workers: string;
  cpu: string;
  memory: string;
  credits: string;
}

/** Where no limit is told, each worker is a core. */
function powerOf({ processes, workers, cpu, memory, credits }: SizeRow): SizePower {
  const nano = Number(cpu);
  const cores = nano > 0 && nano < NO_LIMIT ? nano / 1e9 : Number(workers);
  return {
    cores: Number(processes) * cores,
    memoryBytes: Number(processes) * Number(memory),
    credits: Number(credits),
  };
}

/** Sizes, cheapest first: those that are allowed (an empty list of these allows all), and what each that exists has. */
export async function readSizes(client: SqlClient): Promise<Pick<TargetFacts, 'sizes' | 'power'>> {
  const [rows, setting] = await Promise.all([
    client.query<SizeRow>(
      `SELECT size, processes::text AS processes, workers::text AS workers, cpu_nano_cores::text AS cpu,
              memory_bytes::text AS memory, credits_per_hour::text AS credits
       FROM mz_catalog.mz_cluster_replica_sizes ORDER BY credits_per_hour, size`,
    ),
    readSetting(client, 'allowed_cluster_replica_sizes'),
  ]);
  const shown = setting ?? '';
  const allowed = new Set([...shown.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)].map((match) => match[1] ?? match[2]));
  return {
    sizes: rows.map((row) => row.size).filter((size) => allowed.size === 0 || allowed.has(size)),
    power: Object.fromEntries(rows.map((row) => [row.size, powerOf(row)])),
  };
}

/** What the region may spend an hour and what its clusters do; the system's own are not counted. */
export async function readCredits(client: SqlClient): Promise<TargetFacts['credits']> {
  const [limit, [used]] = await Promise.all([
    readSetting(client, 'max_credit_consumption_rate'),
    client.query<{ used: string }>(
      `SELECT coalesce(sum(z.credits_per_hour), 0)::text AS used FROM mz_catalog.mz_cluster_replicas r
       JOIN mz_catalog.mz_cluster_replica_sizes z ON z.size = r.size WHERE r.cluster_id LIKE 'u%'`,
    ),
  ]);
  const most = limit === null ? NaN : Number(limit);
  return { limit: Number.isFinite(most) ? most : null, used: Number(used?.used ?? 0) };
}

/** Object limits and how much of them is used: each subsource counts as a source, each source table as a table. */
export async function readLimits(client: SqlClient): Promise<TargetFacts['limits']> {
  const limit = async (name: string): Promise<number> => Number((await readSetting(client, name)) ?? Infinity);
  const [[used], maxSources, maxTables, maxPerSchema, maxClusters] = await Promise.all([
    client.query<{ sources: string; tables: string; clusters: string }>(
      `SELECT (SELECT count(*) FROM mz_catalog.mz_sources s
             WHERE s.id LIKE 'u%' AND s.type NOT IN ('progress', 'postgres'))::text AS sources,
            (SELECT count(*) FROM mz_catalog.mz_tables t WHERE t.id LIKE 'u%')::text AS tables,
            (SELECT count(*) FROM mz_catalog.mz_clusters c WHERE c.id LIKE 'u%')::text AS clusters`,
    ),
    limit('max_sources'),
    limit('max_tables'),
    limit('max_objects_per_schema'),
    limit('max_clusters'),
  ]);
  return {
    maxSources,
    usedSources: Number(used?.sources ?? 0),
    maxTables,
    usedTables: Number(used?.tables ?? 0),
    maxPerSchema,
    maxClusters,
    usedClusters: Number(used?.clusters ?? 0),
  };
}

interface Wanted {
  database: string;
  schema: string | null;
  cluster: string | null;
}

/**
 * Privileges that are missing to make, watch and resize a pipeline, in words. None where access control is off or the
 * role is a superuser. Objects that do not exist (null) are asked about through what holds them; null for all: nothing does.
 */
export async function readMissingPrivileges(
  client: SqlClient,
  looked: Wanted | Promise<Wanted | null>,
): Promise<string[]> {
  const [checks, wanted] = await Promise.all([readSetting(client, 'enable_rbac_checks'), looked]);
  if (checks === 'off' || wanted === null) return [];
  const { database, schema, cluster } = wanted;
  const params: string[] = [];
  const words: string[] = [];
  const ask = (kind: string, name: string | null, privilege: string): string => {
    words.push(`${privilege} on ${kind.toUpperCase()}${name === null ? '' : ` ${name}`}`);
    // Schemas are named as SQL would, databases and clusters as they are.
    const argument = kind === 'schema' ? name : name === null ? null : unquoteIdent(name);
    const list = [...(argument === null ? [] : [argument]), privilege].map((value) => `$${params.push(value)}::text`);
    return `has_${kind}_privilege(${list.join(', ')}) AS p${words.length - 1}`;
  };
  const asked = [
    cluster === null ? ask('system', null, 'CREATECLUSTER') : ask('cluster', qualified(cluster), 'CREATE'),
    ask('database', qualified(database), 'USAGE'),
    ...(schema === null
      ? [ask('database', qualified(database), 'CREATE')]
      : ['USAGE', 'CREATE'].map((privilege) => ask('schema', qualified(database, schema), privilege))),
  ];
  const [row] = await client.query<Record<string, boolean | null>>(
    `SELECT mz_is_superuser() AS superuser, ${asked.join(', ')}`,
    params,
  );
  return row?.['superuser'] === true ? [] : words.filter((_word, index) => row?.[`p${index}`] !== true);
}
