import { MzError, notSupported } from '../contract';
import type { CatalogCluster } from '../catalog';
import { flag, type DdlContext } from '../environment';
import type { Of, Option } from '../sql/ast';
import { requireWithin } from './limits';
import { numberOption, optionMap, textOption } from './options';
import { requireOwner, requirePrivilege, system } from './privileges';

const HANDLED = ['SIZE', 'REPLICATION FACTOR', 'INTROSPECTION INTERVAL', 'INTROSPECTION DEBUGGING'];

interface Shape {
  size?: string;
  replicationFactor?: number;
}

function shape(options: Option[]): Shape {
  const map = optionMap(options);
  const managed = map.get('MANAGED');
  if (map.has('REPLICAS') || (managed?.type === 'boolean' && !managed.value)) throw notSupported('unmanaged clusters');
  if (map.has('DISK')) {
    const message = 'DISK option not supported for modern cluster sizes because disk is always enabled';
    throw new MzError('XX000', message);
  }
  const other = [...map.keys()].find((name) => !HANDLED.includes(name) && name !== 'MANAGED');
  if (other === 'SCHEDULE') {
    const schedule = map.get(other);
    if (!(schedule?.type === 'word' && schedule.text === 'manual')) throw notSupported('cluster schedules');
  } else if (other !== undefined) throw notSupported(`the cluster option ${other}`);
  return {
    size: map.has('SIZE') ? textOption('SIZE', map.get('SIZE')) : undefined,
    replicationFactor: map.has('REPLICATION FACTOR')
      ? numberOption('REPLICATION FACTOR', map.get('REPLICATION FACTOR'))
      : undefined,
  };
}

export async function createCluster(context: DdlContext, ddl: Of<'createCluster'>): Promise<void> {
  const { size, replicationFactor } = shape(ddl.options);
  if (size === undefined) throw new MzError('XX000', 'SIZE must be specified for managed clusters');
  await requirePrivilege(context, system, 'CREATECLUSTER');
  await context.environment.definitions.run(async () => {
    await requireWithin(context, 'cluster', 1);
    const ownerId = context.role.id;
    await context.catalog.addCluster({ name: ddl.name, size, replicationFactor: replicationFactor ?? 1, ownerId });
  });
}

export const requireClusterOwner = (context: DdlContext, cluster: CatalogCluster): Promise<void> =>
  requireOwner(context, { kind: 'cluster', id: cluster.id }, `CLUSTER ${cluster.name}`);

/** SET and RESET: replicas are replaced at once, their sources start again, an unfinished snapshot from zero. */
export async function changeCluster(
  context: DdlContext,
  cluster: CatalogCluster,
  options: Option[],
  withOptions: Option[],
): Promise<void> {
  await requireClusterOwner(context, cluster);
  const change = shape(options);
  if (withOptions.length > 0) refuseWaiting(context);
  const { catalog, environment } = context;
  await environment.definitions.run(async () => {
    const before = await catalog.replicaFor(cluster.id);
    await catalog.alterCluster(cluster.id, change);
    const after = await catalog.replicaFor(cluster.id);
    if (before?.id === after?.id) return;
    for (const source of await catalog.sourcesIn(cluster.id)) environment.ingestion.moveTo(source, after);
  });
}

function refuseWaiting(context: DdlContext): never {
  const name = 'enable_zero_downtime_cluster_reconfiguration';
  if (flag(context.environment, name)) throw notSupported('ALTER CLUSTER … WITH (WAIT …)');
  throw featureRefused('Enable zero-downtime reconfiguration for alter cluster', name);
}

/** What Materialize says to something behind a flag. */
export const featureRefused = (description: string, name: string): MzError =>
  new MzError('XX000', `${description} is not available`, {
    detail: `The requested feature (${name}) is in private preview.`,
    hint: 'Contact support to discuss enabling the feature in your Materialize region.',
  });
