import { MzError, notSupported } from '../contract';
import type { CatalogCluster } from '../catalog';
import { flag, type DdlContext } from '../environment';
import { definitions } from '../show/defaults';
import type { Of, Option, OptionValue } from '../sql/ast';
import { requireWithin } from './limits';
import { numberOption, optionMap, textOption } from './options';
import { requireOwner, requirePrivilege, system } from './privileges';

const HANDLED = [
  'SIZE',
  'REPLICATION FACTOR',
  'INTROSPECTION INTERVAL',
  'INTROSPECTION DEBUGGING',
  'SCHEDULE',
  'AUTO SCALING STRATEGY',
];

interface Shape {
  size?: string;
  replicationFactor?: number;
  schedule?: string;
  strategy?: object | null;
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
  if (other !== undefined) throw notSupported(`the cluster option ${other}`);
  return {
    size: map.has('SIZE') ? textOption('SIZE', map.get('SIZE')) : undefined,
    replicationFactor: map.has('REPLICATION FACTOR')
      ? numberOption('REPLICATION FACTOR', map.get('REPLICATION FACTOR'))
      : undefined,
    schedule: map.has('SCHEDULE') ? scheduleOf(map.get('SCHEDULE')) : undefined,
    strategy: map.has('AUTO SCALING STRATEGY') ? strategyOf(map.get('AUTO SCALING STRATEGY')) : undefined,
  };
}

/** `MANUAL`, or `ON REFRESH (…)`, which the parser keeps as a list. Nothing is switched on and off here. */
const scheduleOf = (value: OptionValue | undefined): string => (value?.type === 'list' ? 'on-refresh' : 'manual');

/** `(ON HYDRATION (HYDRATION SIZE = '800cc', …))` as the catalog has it; `()` takes the strategy away. */
function strategyOf(value: OptionValue | undefined): object | null {
  const size = value?.type === 'list' ? value.items.find((item) => item.type === 'string') : undefined;
  return size?.type === 'string' ? { on_hydration: { hydration_size: size.text } } : null;
}

const sizeOf = (strategy: object | null | undefined): string | undefined =>
  (strategy as { on_hydration?: { hydration_size?: string } } | null | undefined)?.on_hydration?.hydration_size;

function checkStrategy(size: string | null | undefined, strategy: object | null | undefined): void {
  if (size != null && sizeOf(strategy) === size) {
    throw new MzError('XX000', 'HYDRATION SIZE must differ from the cluster SIZE');
  }
}

const creditLimit = (context: DdlContext): string =>
  context.environment.system()['max_credit_consumption_rate'] ??
  definitions['max_credit_consumption_rate']?.value ??
  '0';

export async function createCluster(context: DdlContext, ddl: Of<'createCluster'>): Promise<void> {
  const { size, replicationFactor, schedule, strategy } = shape(ddl.options);
  if (size === undefined) throw new MzError('XX000', 'SIZE must be specified for managed clusters');
  await requirePrivilege(context, system, 'CREATECLUSTER');
  await context.environment.definitions.run(async () => {
    await requireWithin(context, 'cluster', 1);
    checkStrategy(size, strategy);
    const { catalog, role } = context;
    const factor = replicationFactor ?? 1;
    await catalog.requireCredits(null, Array<string>(factor).fill(size), creditLimit(context));
    const options = { schedule, strategy, replicationFactor: factor, ownerId: role.id };
    await catalog.addCluster({ name: ddl.name, size, ...options });
  });
}

export const requireClusterOwner = (context: DdlContext, cluster: CatalogCluster): Promise<void> =>
  requireOwner(context, { kind: 'cluster', id: cluster.id }, `CLUSTER ${cluster.name}`);

/**
 * SET and RESET: replicas are replaced, at once or, in versions that do so, in the background; their sources start again
 * then, an unfinished snapshot from zero.
 */
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
    checkStrategy(change.size ?? cluster.size, change.strategy ?? (await catalog.strategyOf(cluster.id)));
    if (await resizesInBackground(context, cluster, change)) return;
    const factor = change.replicationFactor ?? cluster.replicationFactor ?? 0;
    const sizes = Array<string>(factor).fill(change.size ?? cluster.size ?? '');
    await catalog.requireCredits(cluster.id, sizes, creditLimit(context));
    const before = await catalog.replicaFor(cluster.id);
    await catalog.alterCluster(cluster.id, change);
    const after = await catalog.replicaFor(cluster.id);
    if (before?.id === after?.id) return;
    for (const source of await catalog.sourcesIn(cluster.id)) environment.ingestion.moveTo(source, after);
  });
}

/** Whether the change went to the background; what is there already changes nothing, and ends what is under way. */
async function resizesInBackground(context: DdlContext, cluster: CatalogCluster, change: Shape): Promise<boolean> {
  const { catalog, environment } = context;
  const { size } = change;
  if (!catalog.features.backgroundResize || size === undefined || cluster.replicas.length === 0) return false;
  if (change.replicationFactor !== undefined) return false;
  const [underWay] = await catalog.inProgress(cluster.id);
  if (underWay?.size === size) return true;
  if (cluster.size === size) {
    await catalog.settleResize(cluster.id, 'cancelled');
    return true;
  }
  await catalog.checkSize(size);
  const running = Array<string>(cluster.replicationFactor ?? 0);
  const both = [...running.fill(cluster.size ?? ''), ...Array<string>(running.length).fill(size)];
  await catalog.requireCredits(cluster.id, both, creditLimit(context));
  await catalog.beginResize(cluster.id, size);
  environment.resizes.follow(cluster.id);
  return true;
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
