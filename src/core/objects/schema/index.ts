import type { DestroyContext } from '../../destroy/context';
import { absent, foreign, keep, remove } from '../../destroy/step';
import type { DestroyStep } from '../../destroy/types';
import { keepOrAdopt, type PlanContext, planStep } from '../../plan/context';
import type { PlanStep } from '../../plan/types';
import type { GuideObject } from '../object';
import { materialize } from '../script';
import { named } from '../source/rebuild-steps';
import { schemaFindings } from './findings';
import { createSchema, dropSchema } from './statements';
import { schemaWords } from './words';

function plan(context: PlanContext): PlanStep {
  const { spec, target } = context;
  const object = `schema ${spec.materialize.database}.${spec.materialize.schema}`;
  if (!target.schema.exists) return planStep('schema', 'create', object, `create ${object}`);
  return planStep('schema', keepOrAdopt(context, target.schema.comment), object, `${object} is there`);
}

function removal({ spec, target: { schema: found }, going }: DestroyContext): DestroyStep {
  const { database, schema: name } = spec.materialize;
  const object = `schema ${database}.${name}`;
  if (!found.exists) return absent('remove-schema', object);
  const why = foreign(found.comment, spec.name);
  if (why !== null) return keep('remove-schema', object, why);
  const run = [`${dropSchema(database, name)};`];
  const left = found.items.filter((item) => !going.has(item.id));
  if (left.length > 0) return keep('remove-schema', object, `it holds ${named(left)}`, run);
  return remove('remove-schema', object, `drop ${object}`, { run });
}

/** Where everything of the pipeline is in Materialize. */
export const schema: GuideObject = {
  name: 'schema',
  steps: [
    {
      id: 'schema',
      activity: 'ensureSchema',
      timeouts: 'quick',
      plan,
      script: ({ materialize: { database, schema: name } }) => ({
        comment: 'where the tables appear',
        calls: [materialize(createSchema(database, name))],
      }),
    },
  ],
  findings: schemaFindings,
  words: schemaWords,
  destroy: (context) => [removal(context)],
  removals: [{ id: 'remove-schema', activity: 'removeSchema', timeouts: 'quick' }],
};
