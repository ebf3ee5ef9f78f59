import { z } from 'zod';
import { MATERIALIZE_NAME_BYTES, POSTGRES_NAME_BYTES } from '../names';
import { utf8Length } from '../text/bytes';
import * as field from './fields';
import { parseGlob, parseTablePattern } from './globs';
import { hasControl } from './identifiers';

/**
 * A completed spec as some file could have made it. Workflows hand specs to activities, and whoever may start a workflow
 * writes them: what no file can say is refused, with the checks of the file's own schema. Unknown keys pass, unread.
 */

const part = (limit: number) =>
  z.string().refine((text) => text !== '' && utf8Length(text) <= limit && !hasControl(text), 'is no name');

const upstream = part(POSTGRES_NAME_BYTES);
const target = part(MATERIALIZE_NAME_BYTES);
const reference = field.secretReference('N2M_SECRET_…', '');
const amount = z.number().nonnegative();
const threshold = z.looseObject({ warn: amount, critical: amount }).optional();

const table = z.looseObject({ schema: upstream, name: upstream, alias: target.nullable() });
const open = {
  aliases: z.array(table),
  exclude: z.array(z.string().refine((text) => parseTablePattern(text).ok, 'is no pattern')).optional(),
  targetName: field.targetName.optional(),
};
const glob = z.string().refine((text) => parseGlob(text).ok, 'is no pattern');
const column = z.looseObject({ schema: upstream, table: upstream, column: upstream });
const name = field.roleName('');

const common = {
  database: field.upstreamName(''),
  role: z.union([
    z.looseObject({ name, via: z.enum(['api', 'sql']) }),
    z.looseObject({ name, via: z.literal('given'), password: reference }),
  ]),
  tables: z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('list'), tables: z.array(table) }),
    z.looseObject({ kind: z.literal('schemas'), schemas: z.array(upstream), globs: z.array(glob).optional(), ...open }),
    z.looseObject({ kind: z.literal('all'), ...open }),
  ]),
  textColumns: z.array(column),
  excludeColumns: z.array(column),
  excludeConstraints: z
    .array(z.looseObject({ schema: upstream, table: upstream, constraint: upstream.nullable() }))
    .optional(),
  columns: z.looseObject({ followUpTo: amount }).optional(),
  tls: z.looseObject({
    mode: z.enum(['verify-full', 'verify-ca', 'require', 'disable']),
    ca: field.certificate.nullable(),
  }),
  publication: field.upstreamName(''),
};

const source = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('neon'),
    project: field.plainText(''),
    branch: field.plainText('').nullable(),
    apiKey: reference,
    ...common,
  }),
  z.looseObject({
    kind: z.literal('postgres'),
    url: reference,
    primary: reference.optional(),
    reachableAt: z.looseObject({ host: field.host, port: z.int().min(1).max(65535) }).nullable(),
    ...common,
  }),
]);

const materialize = z.looseObject({
  url: reference,
  database: field.globalName(''),
  schema: field.globalName(''),
  cluster: z.looseObject({
    name: field.globalName(''),
    snapshotSize: field.plainText(''),
    steadySize: field.plainText(''),
  }),
  syntax: z.enum(['auto', 'subsources', 'tables']),
  names: z.looseObject({
    secret: field.objectName(''),
    connection: field.objectName(''),
    source: field.objectName(''),
  }),
});

export const specSchema = z.looseObject({
  name: field.pipelineName,
  source,
  materialize,
  snapshot: z.looseObject({ pollEvery: amount, stuckAfter: amount, resizeDeadline: amount }),
  // Thresholds that a version before did not know are not in its schedules.
  watch: z.looseObject({
    every: amount,
    ...{ retainedWal: threshold, retainedWalBytes: threshold, slotIdle: threshold, unconfirmed: threshold },
    ...{ notRunning: threshold, freshness: threshold, utilization: threshold },
    pingUrl: reference.nullable(),
  }),
  verify: z.looseObject({ every: amount, sample: z.number().gt(0).max(1) }).optional(),
  alerts: z.array(
    z.looseObject({ kind: z.enum(['webhook', 'slack']), url: reference, signingKey: reference.nullable() }),
  ),
});
