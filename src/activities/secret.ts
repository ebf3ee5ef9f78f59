import { isOurs, writeMark } from '../core/plan/ownership';
import type { PipelineSpec } from '../core/spec/types';
import * as sql from '../core/sql/materialize';
import { readSecret } from '../systems/materialize';
import type { SqlClient } from '../systems/sql-client';
import { proveGiven, refuseUnknownHost } from './role/given-password';
import { readPassword, renewPassword } from './role/password';
import { APPLY, DESTROY, activity } from './support/activity';
import type { Deps } from './support/deps';
import { createAndLook, done, dropOurs } from './support/ensure';
import { destroy, step } from './support/inputs';
import { itemsOf, withMaterialize, withSource } from './support/sessions';

/** Reads or renews the password and stores it within one activity: it never leaves this function. */
export const ensureSecret = activity({ input: step, callers: APPLY }, (deps, { spec, planned }) => {
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
});

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

export const removeSecret = activity({ input: destroy, callers: DESTROY }, (deps, input) => {
  const { secret } = itemsOf(input.spec);
  return withMaterialize(deps, input.spec, (client) =>
    dropOurs(
      input,
      `secret ${secret.name}`,
      () => readSecret(client, secret),
      () => client.query(sql.dropSecret(secret)),
    ),
  );
});
