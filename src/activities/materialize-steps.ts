import * as sql from '../core/sql/materialize';
import { sizeForSnapshot } from '../core/objects/cluster/plan';
import { isOurs, writeMark } from '../core/plan/ownership';
import type { StepResult } from '../core/plan/types';
import type { PipelineSpec } from '../core/spec/types';
import { readCluster, readSchema, readSecret } from '../systems/materialize';
import type { SqlClient } from '../systems/sql-client';
import type { Deps } from './support/deps';
import { createAndLook, done } from './support/ensure';
import { untilSized } from './cluster-wait';
import { proveGiven, refuseUnknownHost } from './role/given-password';
import { readPassword, renewPassword } from './role/ensure';
import { itemsOf, withMaterialize, withSource } from './support/sessions';
import type { StepInput } from './types';

export function ensureSchema(deps: Deps, { spec, planned }: StepInput): Promise<StepResult> {
  const { database, schema } = spec.materialize;
  const object = `schema ${database}.${schema}`;
  return withMaterialize(deps, spec, async (client) => {
    const look = async () => {
      const found = await readSchema(client, database, schema);
      return found.exists ? found : null;
    };
    const found =
      (await look()) ??
      (await createAndLook(() => client.query(sql.createSchema(database, schema)), look, object, 'materialize'));
    if (planned === 'create' && !isOurs(found.comment, spec.name)) {
      await client.query(sql.commentOnSchema(database, schema, writeMark(spec.name)));
    }
    return done('created', object, 'holds the replicated tables');
  });
}

/** Made at the snapshot size; grown again for a long copy, or given back its replica. */
export function ensureCluster(deps: Deps, { spec, tables, planned }: StepInput): Promise<StepResult> {
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
    const size = sizeForSnapshot(spec, found, tables);
    if (size !== found.size) await client.query(sql.alterClusterSize(name, size));
    if (found.replicationFactor === 0) await client.query(sql.alterClusterReplicationFactor(name, 1));
    await untilSized(client, spec, size);
    return done('changed', object, `at ${size}, replicas online`);
  });
}

/** Reads or renews the password and stores it within one activity: it never leaves this function. */
export function ensureSecret(deps: Deps, { spec, planned }: StepInput): Promise<StepResult> {
  const object = `secret ${spec.materialize.names.secret}`;
  return withSource(deps, spec, async (session) => {
    const { access } = session;
    refuseUnknownHost(access);
    const password = (await readPassword(deps, spec, session)) ?? (await renewPassword(deps, spec, session));
    deps.secrets.remember(password);
    await proveGiven(deps, spec, { access, password });
    await withMaterialize(deps, spec, (client) => storeSecret(deps, client, spec, password, planned === 'create'));
    const outcome = planned === 'create' ? 'created' : 'changed';
    return done(outcome, object, `holds the password of ${spec.source.role.name}`);
  });
}

/** Creates or alters the secret to this value; marked as ours when this run made it. */
export async function storeSecret(
  deps: Deps,
  client: SqlClient,
  spec: PipelineSpec,
  value: string,
  ours: boolean,
): Promise<void> {
  const { secret } = itemsOf(spec);
  const base64 = Buffer.from(value, 'utf8').toString('base64');
  deps.secrets.remember(base64);
  const look = () => readSecret(client, secret);
  let found = await look();
  if (found) {
    // Ours from an earlier attempt, perhaps with an older value: the value cannot be compared, so it is set.
    await client.query(sql.alterSecret(secret, base64));
  } else {
    found = await createAndLook(
      () => client.query(sql.createSecret(secret, base64)),
      look,
      `secret ${secret.name}`,
      'materialize',
    );
  }
  if (ours && !isOurs(found.comment, spec.name))
    await client.query(sql.commentOn('SECRET', secret, writeMark(spec.name)));
}
