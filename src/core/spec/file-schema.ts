import { z } from 'zod';
import * as field from './fields';

/**
 * The pipeline file as people write it: the one definition behind reading, messages and pipeline.schema.json.
 * What zod's checks cannot see because it spans several keys is in cross-checks.ts.
 */

const oneOf = (...keys: string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });

const role = z.union([
  field.roleName('The role Materialize connects as; created when missing.'),
  z.strictObject({
    name: field.roleName('The role Materialize connects as.'),
    via: z
      .enum(['api', 'sql', 'given'])
      .optional()
      .describe(
        'api: created through Neon’s API (default for neon). sql: created by SQL with only what it needs (default for postgres). given: exists already, password is a reference.',
      ),
    password: field.secretReference('N2M_SECRET_ROLE_PASSWORD', 'Password of a role that exists already.').optional(),
  }),
]);

const tls = z
  .strictObject({
    mode: z
      .enum(['verify-full', 'verify-ca', 'require', 'disable'])
      .default('verify-full')
      .describe('How the server is verified, by Materialize and by n2m. require encrypts without verifying.'),
    ca: field.certificate.optional(),
  })
  .describe('Default: verify-full; for neon with ISRG Root X1, which signs its certificates.');

/** What is copied unasked at most, where the file gives no limit. */
export const FOLLOW_UP_TO = '1GiB';

/** The object first: of two branches that do not fit, messages take the one that has keys to name. */
const columns = z.union([
  z.strictObject({
    followUpTo: field.byteSize(
      'In place of follow: the same, where the tables to copy have together at most this size upstream.',
    ),
  }),
  z.enum(['report', 'follow']),
]);

const sourceCommon = {
  database: field.upstreamName('The upstream database.'),
  role: role.default('materialize').describe('The role Materialize connects as: its name, or name with via.'),
  tables: z.array(field.tableText).min(1).optional().describe('The tables to replicate.'),
  schemas: z.array(field.schemaText).min(1).optional().describe('Every table of these schemas; * and ? stand for any.'),
  all: z.literal(true).optional().describe('Every table of the database. Materialize keeps all of it: prefer tables.'),
  exclude: z.array(field.patternText).default([]).describe('With schemas or all: tables that stay out.'),
  targetName: field.targetName.optional(),
  aliases: z.array(field.tableText).default([]).describe('With schemas or all: schema.table as alias.'),
  textColumns: z.array(field.columnText).default([]).describe('Columns of types Materialize takes as text only.'),
  excludeColumns: z.array(field.columnText).default([]).describe('Columns to leave out.'),
  excludeConstraints: z
    .array(field.constraintText)
    .default([])
    .describe(
      'Primary keys and unique constraints that Materialize is not to know, so that they can be dropped upstream; a table: all of them, and NOT NULL. From v26.42 on.',
    ),
  columns: columns
    .default('report')
    .describe(
      `Columns that come upstream. report: the watch tells of them. follow: it brings them without asking, by a copy beside the table, where tables of at most ${FOLLOW_UP_TO} together are copied and nothing but views and indexes is built on them.`,
    ),
  tls: tls.prefault({}),
  publication: field.upstreamName('Name of the publication. Default: n2m_<name>.').optional(),
};

const neonSource = z
  .strictObject({
    kind: z.literal('neon'),
    project: field.plainText('Id of the Neon project.'),
    branch: field.plainText('Name or id of the branch. Default: the project’s default branch.').optional(),
    apiKey: field.secretReference('N2M_SECRET_NEON_API_KEY', 'Neon API key.'),
    ...sourceCommon,
  })
  .meta({ title: 'A Neon project', ...oneOf('tables', 'schemas', 'all') });

const postgresSource = z
  .strictObject({
    kind: z.literal('postgres'),
    url: field.secretReference('N2M_SECRET_POSTGRES_URL', 'Connection URL of a role that owns the tables.'),
    primary: field
      .secretReference(
        'N2M_SECRET_PRIMARY_URL',
        'Where url leads to a standby, which Materialize is to read: connection URL of its primary, where all is set up.',
      )
      .optional(),
    reachableAt: z
      .strictObject({ host: field.host, port: z.int().min(1).max(65535).default(5432).describe('Port.') })
      .optional()
      .describe('Where Materialize reaches the server, when that differs from the URL; listed in N2M_REACHABLE_ALLOW.'),
    ...sourceCommon,
  })
  .meta({ title: 'Any Postgres from version 11 on', ...oneOf('tables', 'schemas', 'all') });

export const SOURCE_KINDS = { neon: neonSource, postgres: postgresSource };

const materialize = z.strictObject({
  url: field.secretReference('N2M_SECRET_MATERIALIZE_URL', 'Connection URL of Materialize.'),
  database: field.globalName('Database in Materialize.').default('materialize'),
  schema: field.globalName('Schema in Materialize; created when missing. Default: the pipeline’s name.').optional(),
  cluster: z
    .strictObject({
      name: field.globalName('Default: ingest_<name>.').optional(),
      snapshotSize: field.plainText('Size while the first copy runs, for example 200cc.'),
      steadySize: field.plainText('Size afterwards, for example 50cc.'),
    })
    .describe('The cluster that ingests; created when missing.'),
  syntax: z
    .enum(['auto', 'subsources', 'tables'])
    .default('auto')
    .describe(
      'auto: tables made from the source where the server takes them (v26.25), else subsources; a source that is there keeps its form until one of the others is named.',
    ),
  names: z
    .strictObject({
      secret: field.objectName('Default: <name>_password.').optional(),
      connection: field.objectName('Default: <name>_postgres.').optional(),
      source: field.objectName('Default: <name>_source.').optional(),
    })
    .prefault({})
    .describe('Names of the objects, to adopt ones made by hand.'),
});

const snapshot = z
  .strictObject({
    pollEvery: field.duration('How often progress is looked at.', 100).default('10s'),
    stuckAfter: field.duration('No progress on either side for so long is stuck.', 1000).default('10m'),
    resizeDeadline: field.duration('How long the source has to come back after the resize.', 1000).default('10m'),
  })
  .describe('How the first copy is watched.');

/** Warn and critical where the file does not say. */
export const THRESHOLDS = {
  retainedWal: ['70%', '85%'],
  retainedWalBytes: ['1GiB', '2GiB'],
  slotIdle: ['30m', '24h'],
  unconfirmed: ['10m', '30m'],
  notRunning: ['1m', '5m'],
  freshness: ['5s', '1m'],
  utilization: ['80%', '90%'],
} satisfies Record<string, [string, string]>;

/** Each key of a threshold has its own default, so that a file may change one of them. */
const threshold = (of: (description: string) => z.ZodString, [warn, critical]: [string, string], description: string) =>
  z
    .strictObject({
      warn: of('First alert from here on.').default(warn),
      critical: of('Worse from here on.').default(critical),
    })
    .prefault({})
    .describe(description);

const watch = z
  .strictObject({
    every: field.duration('Time between two checks, in whole seconds.', 1000).default('1m'),
    retainedWal: threshold(field.percentage, THRESHOLDS.retainedWal, 'Share of the server’s cap on retained WAL.'),
    retainedWalBytes: threshold(
      field.byteSize,
      THRESHOLDS.retainedWalBytes,
      'Retained WAL where the server has no cap.',
    ),
    slotIdle: threshold(field.duration, THRESHOLDS.slotIdle, 'Slot inactive or not moving while WAL grows.'),
    unconfirmed: threshold(field.duration, THRESHOLDS.unconfirmed, 'Confirmed LSN does not move while WAL grows.'),
    notRunning: threshold(field.duration, THRESHOLDS.notRunning, 'The source does not run.'),
    freshness: threshold(field.duration, THRESHOLDS.freshness, 'How far Materialize is behind.'),
    utilization: threshold(field.percentage, THRESHOLDS.utilization, 'Memory or disk of the cluster.'),
    pingUrl: field
      .secretReference('N2M_SECRET_PING_URL', 'Called after each completed check, for a dead man’s switch service.')
      .optional(),
  })
  .describe('The scheduled check and its thresholds.');

const verify = z
  .strictObject({
    every: field.duration('Time between two comparisons.', 60_000).default('24h'),
    sample: field.percentage('Share of each large table that is compared; 100% is all of it.').default('1%'),
  })
  .describe('Compares both sides from time to time; left out, only n2m verify does.');

const alert = z
  .strictObject({
    webhook: field.secretReference('N2M_SECRET_ALERT_URL', 'URL that takes alerts as JSON.').optional(),
    slack: field.secretReference('N2M_SECRET_SLACK_URL', 'Slack-compatible incoming webhook.').optional(),
    signingKey: field.secretReference('N2M_SECRET_ALERT_KEY', 'Signs webhook bodies with HMAC-SHA256.').optional(),
  })
  .meta(oneOf('webhook', 'slack'));

export const fileSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors; ignored.'),
    name: field.pipelineName,
    source: z.discriminatedUnion('kind', [neonSource, postgresSource]).describe('Where the tables come from.'),
    materialize: materialize.describe('Where they go.'),
    snapshot: snapshot.prefault({}),
    watch: watch.prefault({}),
    verify: verify.optional(),
    alerts: z.array(alert).default([]).describe('Who is told when something is wrong.'),
  })
  .meta({
    title: 'Pipeline of neon-to-materialize',
    description: 'Tables of a Postgres database kept in Materialize.',
  });

/** What a person writes. */
export type PipelineFile = z.input<typeof fileSchema>;
/** With the defaults that do not depend on other keys. */
export type CheckedFile = z.output<typeof fileSchema>;
