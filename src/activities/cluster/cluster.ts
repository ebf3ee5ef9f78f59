import { leftClusters, orphanName } from '../../core/objects/cluster/orphans';
import { sizeForSnapshot } from '../../core/objects/cluster/plan';
import { isOurs, writeMark } from '../../core/plan/ownership';
import * as sql from '../../core/sql/materialize';
import { systemError } from '../../systems/errors';
import { readCluster, readSizes, readSource, readOrphans } from '../../systems/materialize';
import { APPLY, DESTROY, activity } from '../support/activity';
import { createAndLook, done, dropOurs } from '../support/ensure';
import { destroy, file, step } from '../support/inputs';
import { itemsOf, withMaterialize } from '../support/sessions';
import { resizeTo } from './resize';

/** Made at the snapshot size; grown again for a long copy, or given back its replica. */
export const ensureCluster = activity({ input: step, callers: APPLY }, (deps, { spec, tables, planned }) => {
  const { name, snapshotSize } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  return withMaterialize(deps, spec, async (client) => {
    const look = () => readCluster(client, name, itemsOf(spec).source);
    const found =
      (await look()) ??
      (await createAndLook(() => client.query(sql.createCluster(name, snapshotSize)), look, object, 'materialize'));
    if (planned === 'create' && !isOurs(found.comment, spec.name)) {
      await client.query(sql.commentOnCluster(name, writeMark(spec.name)));
    }
    if (planned === 'create') return done('created', object, `made at ${snapshotSize} for the first copy`);
    const [source, { power }] = await Promise.all([readSource(client, itemsOf(spec).source), readSizes(client)]);
    const size = sizeForSnapshot(spec, { cluster: found, source, power }, tables);
    const resized = await resizeTo(client, spec, size, { wake: true });
    if (resized.kind === 'sized') return done('changed', object, `at ${size}, replicas online`);
    throw systemError(resized.kind === 'refused' ? 'LimitReached' : 'Conflict', 'materialize', resized.sentence, {
      hint: resized.next,
    });
  });
});

/** Clusters the pipeline ran on before. Without CASCADE: Materialize refuses where something runs on one by now. */
export const dropLeftClusters = activity({ input: file, callers: [...APPLY, ...DESTROY] }, (deps, { spec }) => {
  return withMaterialize(deps, spec, async (client) => {
    const left = leftClusters(await readOrphans(client, spec));
    for (const { name } of left) await client.query(sql.dropCluster(name));
    if (left.length === 0) return done('dropped', `clusters of ${spec.name}`, 'nothing is left to drop');
    const names = left.map(orphanName).join(', ');
    return done('dropped', names, `${names} is gone`);
  });
});

export const removeCluster = activity({ input: destroy, callers: DESTROY }, (deps, input) => {
  const { name } = input.spec.materialize.cluster;
  return withMaterialize(deps, input.spec, (client) =>
    dropOurs(
      input,
      `cluster ${name}`,
      () => readCluster(client, name, itemsOf(input.spec).source),
      () => client.query(sql.dropCluster(name)),
    ),
  );
});
