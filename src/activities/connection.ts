import { DEADLINE } from '../core/budgets';
import { isOurs, writeMark } from '../core/plan/ownership';
import * as sql from '../core/sql/materialize';
import { readConnection } from '../systems/materialize';
import { certificateAuthority } from '../systems/postgres';
import { refuseUnknownHost } from './role/given-password';
import { APPLY, DESTROY, activity } from './support/activity';
import { createAndLook, done, dropOurs } from './support/ensure';
import { destroy, step } from './support/inputs';
import { untilReplayed } from './support/replay';
import { itemsOf, withMaterialize, withSource } from './support/sessions';

/** Validated against upstream by Materialize itself before it answers. */
export const ensureConnection = activity({ input: step, callers: APPLY }, async (deps, { spec, planned }) => {
  const { connection, secret } = itemsOf(spec);
  const object = `connection ${connection.name}`;
  const { host, port } = await withSource(deps, spec, ({ access }) => {
    refuseUnknownHost(access);
    return Promise.resolve(access.reachable);
  });
  // Materialize logs in there before it answers.
  await untilReplayed(deps, spec);
  const { tls, database, role } = spec.source;
  const options: sql.ConnectionOptions = {
    host,
    port,
    user: role.name,
    database,
    passwordSecret: secret,
    sslMode: tls.mode,
    certificateAuthority: certificateAuthority(tls),
  };
  return withMaterialize(deps, spec, async (client) => {
    const look = () => readConnection(client, connection);
    const remote = (statement: string) => client.query(statement, undefined, DEADLINE.remote);
    const before = await look();
    if (before && planned !== 'create') await remote(sql.alterConnection(connection, options));
    const found =
      before ??
      (await createAndLook(() => remote(sql.createConnection(connection, options)), look, object, 'materialize'));
    if (planned === 'create' && !isOurs(found.comment, spec.name)) {
      await client.query(sql.commentOn('CONNECTION', connection, writeMark(spec.name)));
    }
    const sentence = `${role.name}@${host}:${port}/${database}, validated, SSL mode ${tls.mode}`;
    return done(planned === 'create' ? 'created' : 'changed', object, sentence);
  });
});

export const removeConnection = activity({ input: destroy, callers: DESTROY }, (deps, input) => {
  const { connection } = itemsOf(input.spec);
  return withMaterialize(deps, input.spec, (client) =>
    dropOurs(
      input,
      `connection ${connection.name}`,
      () => readConnection(client, connection),
      () => client.query(sql.dropConnection(connection)),
    ),
  );
});
