import { isOurs, writeMark } from '../core/plan/ownership';
import * as sql from '../core/sql/materialize';
import { readSchema } from '../systems/materialize';
import { APPLY, DESTROY, activity } from './support/activity';
import { createAndLook, done, dropOurs } from './support/ensure';
import { destroy, step } from './support/inputs';
import { withMaterialize } from './support/sessions';

export const ensureSchema = activity({ input: step, callers: APPLY }, (deps, { spec, planned }) => {
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
});

export const removeSchema = activity({ input: destroy, callers: DESTROY }, (deps, input) => {
  const { database, schema } = input.spec.materialize;
  return withMaterialize(deps, input.spec, (client) =>
    dropOurs(
      input,
      `schema ${database}.${schema}`,
      async () => {
        const found = await readSchema(client, database, schema);
        return found.exists ? found : null;
      },
      () => client.query(sql.dropSchema(database, schema)),
    ),
  );
});
