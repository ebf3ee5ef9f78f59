import { z } from 'zod';
import { isMaterializeSlot } from '../../core/names';
import { specSchema } from '../../core/spec/spec-schema';
import { systemError } from '../../systems/errors';
import type { Activities } from '../types';

/**
 * What each activity takes. Types hold for our own workflows; whoever may start others can send anything, so the shape
 * is checked where it arrives. Names in plans come from catalogs and may hold any character; quoting is quote.ts's part.
 */

const text = z.string().refine((value) => !value.includes('\0'), 'holds a null character');
const item = z.looseObject({ database: text, schema: text, name: text });
const table = z.looseObject({ schema: text, name: text });
const identity = z.enum(['default', 'nothing', 'index']);

const added = z.union([
  z.looseObject({ kind: z.literal('ip'), cidr: text }),
  z.looseObject({ kind: z.enum(['role', 'slot']), name: text }),
  z.looseObject({ kind: z.literal('identity'), schema: text, name: text, before: identity, index: text.nullable() }),
  z.looseObject({ kind: z.literal('usage'), role: text, schema: text }),
  z.looseObject({ kind: z.literal('select'), role: text, schema: text, name: text }),
  z.looseObject({ kind: z.literal('future'), role: text, owner: text, schema: text }),
  z.looseObject({ kind: z.literal('published'), publication: text, schema: text, name: text }),
  z.looseObject({ kind: z.literal('operations'), publication: text, before: text }),
]);

const known = z.looseObject({ slot: text.nullable(), added: z.array(added) });
const dependents = z.array(z.looseObject({ id: text, type: text, name: text }));

const definition = z.looseObject({
  id: text,
  type: text,
  name: text,
  item,
  sql: text.nullable(),
  owner: text.nullable(),
  grants: z.array(text),
  comments: z.array(text),
});

const file = z.looseObject({ spec: specSchema });
const step = z.looseObject({
  spec: specSchema,
  tables: z.array(z.looseObject({ ...table.shape, target: text })),
  removed: z.array(z.looseObject({ ...table.shape, target: text })),
  syntax: z.enum(['subsources', 'tables']),
  planned: z.enum(['create', 'change', 'keep', 'adopt', 'drop', 'conflict']),
});
const destroy = z.looseObject({
  spec: specSchema,
  plan: z.looseObject({ known, dependents, leaveUpstream: z.boolean() }),
});
const rebuild = z.looseObject({
  damage: z.looseObject({
    recreate: z.array(text),
    dead: z.array(z.looseObject({ id: text, kind: z.enum(['subsource', 'table']), item, upstream: table })),
  }),
  dependents,
  slot: text.nullable(),
});
const drop = z.looseObject({ spec: specSchema, plan: rebuild, definitions: z.array(definition) });
/** Empty where Materialize named none: then there is none to prove gone. */
const slot = text.refine((name) => name === '' || isMaterializeSlot(name), 'is no slot that Materialize made');

const INPUTS: Record<keyof Activities | 'examine' | 'lookUp', z.ZodType> = {
  makePlan: file,
  ...{ enableLogicalReplication: step, ensureRole: step, ensureReplicaIdentity: step, ensureGrants: step },
  ...{ ensurePublication: step, allowEgressIps: step, ensureSchema: step, ensureCluster: step, ensureSecret: step },
  ...{ ensureConnection: step, ensureSource: step, awaitRunning: step, rightSize: step, dropTables: step },
  ...{ ensureWatch: step, dropLeftClusters: file, check: file },
  awaitSnapshot: step.extend({ maxDuration: z.number() }),
  planDestroy: z.looseObject({ spec: specSchema, leaveUpstream: z.boolean(), known: known.nullable() }),
  ...{ removeWatch: destroy, removeSource: destroy, removeConnection: destroy, removeSecret: destroy },
  ...{ removeCluster: destroy, removeSchema: destroy, unpublish: destroy, restoreIdentity: destroy },
  ...{ revokeGrants: destroy, removeRole: destroy, removeIps: destroy, removePublication: destroy },
  removeRecord: destroy,
  removeSlot: z.looseObject({ spec: specSchema, slot }),
  ...{ planRotate: file, rotatePassword: file, reconnectSource: file, planRepair: file },
  keepDefinitions: z.looseObject({ spec: specSchema, plan: rebuild }),
  ...{ dropDeadTables: drop, dropLostSource: drop },
  recreateDependents: z.looseObject({ spec: specSchema, definitions: z.array(definition) }),
  examine: z.looseObject({ spec: specSchema.nullable() }),
  lookUp: z.looseObject({ what: text, spec: specSchema.optional() }),
};

/** Throws for what none of our workflows sends. The message names the place, never the value. */
export function checkInput(activity: string, input: unknown): void {
  const schema = (INPUTS as Record<string, z.ZodType | undefined>)[activity];
  if (!schema) return;
  const { error } = schema.safeParse(input);
  if (!error) return;
  const [issue] = error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  throw systemError(
    'InvalidPipeline',
    'worker',
    `${activity} was called with what no file makes: ${where || 'input'}`,
    {
      hint: 'n2m doctor compares the versions of command line and worker',
    },
  );
}
