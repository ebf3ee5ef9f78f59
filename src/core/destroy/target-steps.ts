import { dropCluster, dropConnection, dropSchema, dropSecret, dropSource } from '../sql/materialize';
import { plural } from '../text/count';
import type { DependentFacts, Stray, WatchFacts } from '../plan/facts';
import { named } from '../objects/source/rebuild-steps';
import { dropStray, leftClusters, strayName } from '../objects/cluster/orphans';
import type { PipelineSpec } from '../spec/types';
import { absent, foreign, keep, leave, remove } from './step';
import type { DestroyStep, DestroyTarget } from './types';

/** The steps in Materialize and the watch, in order; what one removes makes room for the next. */
export function targetSteps(spec: PipelineSpec, target: DestroyTarget, watch: WatchFacts): DestroyStep[] {
  const source = sourceStep(spec, target);
  const going = new Set<string>();
  if (source.fate === 'remove' && target.source) {
    const { id, progressId, children, dependents } = target.source;
    [id, progressId, ...children.map((child) => child.id), ...dependents.map((item) => item.id)].forEach(
      (gone) => gone !== null && going.add(gone),
    );
  }
  const { database, schema, names } = spec.materialize;
  const item = (name: string) => ({ database, schema, name });
  const connection = used(spec, 'remove-connection', `connection ${names.connection}`, target.connection, going, () => [
    `${dropConnection(item(names.connection))};`,
  ]);
  if (connection.fate === 'remove' && target.connection) going.add(target.connection.id);
  const secret = used(spec, 'remove-secret', `secret ${names.secret}`, target.secret, going, () => [
    `${dropSecret(item(names.secret))};`,
  ]);
  if (secret.fate === 'remove' && target.secret) going.add(target.secret.id);
  const cluster = clusterStep(spec, target, source, going);
  return [
    watchStep(spec, watch),
    source,
    connection,
    secret,
    cluster,
    schemaStep(spec, target, going),
    ...straySteps(target.strays),
  ];
}

function watchStep({ name }: PipelineSpec, watch: WatchFacts): DestroyStep {
  const object = `watch of ${name}`;
  if (!watch.exists) return absent('remove-watch', object);
  return remove('remove-watch', object, `stop looking at ${name}: its schedule goes first`);
}

function sourceStep(spec: PipelineSpec, { source }: DestroyTarget): DestroyStep {
  const { database, schema, names } = spec.materialize;
  const object = `source ${names.source}`;
  if (!source) return absent('remove-source', object);
  const why = foreign(source.comment, spec.name);
  if (why !== null) return keep('remove-source', object, why);
  const { children, dependents } = source;
  const views = dependents.length > 0 ? `, and what others built on them: ${named(dependents)}` : '';
  return remove('remove-source', object, `drop ${object} with ${plural(children.length, 'table')}${views}`, {
    changes: [
      ...children.map((child) => `drop ${child.schema}.${child.name}`),
      ...dependents.map((item) => `drop ${item.type.replaceAll('-', ' ')} ${item.name}`),
    ],
    interrupts: `${plural(children.length, 'table')} cannot be read any more`,
    irreversible: 'the copied rows and the replication slot go with it',
    run: [`${dropSource({ database, schema, name: names.source })};`],
  });
}

function used(
  spec: PipelineSpec,
  id: 'remove-connection' | 'remove-secret',
  object: string,
  found: { comment: string | null; dependents: DependentFacts[] } | null,
  going: Set<string>,
  run: () => string[],
): DestroyStep {
  if (!found) return absent(id, object);
  const why = foreign(found.comment, spec.name);
  if (why !== null) return keep(id, object, why);
  const users = found.dependents.filter((item) => !going.has(item.id));
  if (users.length > 0) return keep(id, object, `${named(users)} ${users.length === 1 ? 'uses' : 'use'} it`, run());
  return remove(id, object, `drop ${object}`, { run: run() });
}

function clusterStep(spec: PipelineSpec, target: DestroyTarget, source: DestroyStep, going: Set<string>): DestroyStep {
  const { name } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  const { cluster } = target;
  if (!cluster) return absent('remove-cluster', object);
  const why = foreign(cluster.comment, spec.name);
  if (why !== null) return keep('remove-cluster', object, why);
  const run = [`${dropCluster(name)};`];
  const others = cluster.otherObjects.filter((item) => !going.has(item.id));
  const stays =
    source.fate === 'keep' && target.source?.cluster === name
      ? [{ type: 'source', name: spec.materialize.names.source }]
      : [];
  const left = [...stays, ...others];
  if (left.length > 0)
    return keep('remove-cluster', object, `${named(left)} ${left.length === 1 ? 'runs' : 'run'} on it`, run);
  return remove('remove-cluster', object, `drop ${object} with its replicas`, { run });
}

/** What only an earlier version of the file named: clusters that nothing runs on go, the rest is for a person to look at. */
function straySteps(strays: Stray[]): DestroyStep[] {
  const goes = leftClusters(strays);
  const stays = strays.filter((stray) => !goes.includes(stray));
  const objectOf = (some: Stray[]) => some.map(strayName).join(', ');
  const run = (some: Stray[]) => some.map((stray) => `${dropStray(stray)};`);
  return [
    ...(goes.length > 0 ? [remove('drop-cluster', objectOf(goes), `drop ${objectOf(goes)}`, { run: run(goes) })] : []),
    ...(stays.length > 0 ? [leave('look-at-strays', objectOf(stays), 'the file does not name it', run(stays))] : []),
  ];
}

function schemaStep(spec: PipelineSpec, { schema }: DestroyTarget, going: Set<string>): DestroyStep {
  const { database, schema: name } = spec.materialize;
  const object = `schema ${database}.${name}`;
  if (!schema.exists) return absent('remove-schema', object);
  const why = foreign(schema.comment, spec.name);
  if (why !== null) return keep('remove-schema', object, why);
  const run = [`${dropSchema(database, name)};`];
  const left = schema.items.filter((item) => !going.has(item.id));
  if (left.length > 0) return keep('remove-schema', object, `it holds ${named(left)}`, run);
  return remove('remove-schema', object, `drop ${object}`, { run });
}
