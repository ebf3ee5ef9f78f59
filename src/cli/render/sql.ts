import { TASK_QUEUE, checkId, watchId } from '../../core/names';
import { writeMark } from '../../core/plan/ownership';
import type { StepId } from '../../core/plan/types';
import type { PipelineSpec, TableRef } from '../../core/spec/types';
import * as mz from '../../core/sql/materialize';
import * as pg from '../../core/sql/postgres';
import { writeDuration } from '../../core/text/duration';

/** One statement or call, and where it goes. */
export interface Call {
  to: 'postgres' | 'materialize' | 'neon' | 'temporal';
  text: string;
}

export interface ScriptStep {
  id: StepId;
  /** Why, and when it is left out. */
  comment: string;
  calls: Call[];
}

/**
 * What a first run sends, in its order, out of the file alone: the same builders as the run's. What is there already is
 * left alone by a run; what only the systems know stands in <angle brackets>.
 */
export function script(spec: PipelineSpec): ScriptStep[] {
  return [...sourceSteps(spec), ...targetSteps(spec), ...handOver(spec)];
}

/** As one script: every step under its comment; calls that are no SQL are comments, too. */
export function renderSteps(pipeline: string, steps: ScriptStep[]): string[] {
  const lines = [
    `-- What n2m apply sends for ${pipeline} when nothing exists yet; what exists is kept or changed to this.`,
  ];
  let to: Call['to'] | null = null;
  for (const step of steps) {
    lines.push('', `-- ${step.id}: ${step.comment}`);
    for (const call of step.calls) {
      if (call.to !== to) lines.push(`-- to ${NAMES[call.to]}`);
      to = call.to;
      const sql = call.to === 'postgres' || call.to === 'materialize';
      lines.push(sql ? `${call.text};` : `--   ${call.text}`);
    }
  }
  return lines;
}

const NAMES: Record<Call['to'], string> = {
  postgres: 'Postgres',
  materialize: 'Materialize',
  neon: 'the Neon API',
  temporal: 'Temporal',
};

const postgres = (text: string): Call => ({ to: 'postgres', text });
const materialize = (text: string): Call => ({ to: 'materialize', text });
const neon = (text: string): Call => ({ to: 'neon', text });

/** Schemas and all are resolved when a plan is made: a placeholder stands for each of their tables. */
function tablesOf({ source }: PipelineSpec): TableRef[] {
  const { tables } = source;
  if (tables.kind === 'list') return tables.tables;
  const schemas = tables.kind === 'schemas' ? tables.schemas : ['<schema>'];
  return schemas.map((schema) => ({ schema, name: '<each table>', alias: null }));
}

function sourceSteps(spec: PipelineSpec): ScriptStep[] {
  const { source } = spec;
  const tables = tablesOf(spec);
  const mark = writeMark(spec.name);
  const neonProject = source.kind === 'neon' ? `/projects/${source.project}` : null;
  const steps: ScriptStep[] = [
    {
      id: 'logical-replication',
      comment:
        neonProject === null
          ? 'wal_level has to be logical; a run stops where it is not'
          : 'restarts every compute of the project and cannot be undone: a run asks first; proven by SHOW',
      calls: [
        ...(neonProject === null
          ? []
          : [neon(`PATCH ${neonProject} {"project":{"settings":{"enable_logical_replication":true}}}`)]),
        postgres('SHOW wal_level'),
      ],
    },
    { id: 'role', comment: ROLE_COMMENTS[source.role.via], calls: roleCalls(spec) },
    {
      id: 'replica-identity',
      comment: 'before the publication, so that no change without its old row is published',
      calls: tables.map((table) => postgres(pg.replicaIdentityFull(table))),
    },
    {
      id: 'grants',
      comment: 'reading, now and for tables that follow; the last per owner of the tables',
      calls: grantCalls(spec, tables),
    },
    {
      id: 'publication',
      comment: 'the tables by name, whatever the file selects them by',
      calls: [
        postgres(pg.createPublication(source.publication, tables)),
        postgres(pg.commentOn('PUBLICATION', source.publication, mark)),
      ],
    },
  ];
  if (neonProject !== null) {
    steps.push({
      id: 'ip-allow',
      comment: 'only where the project has an IP allow list: what is there and Materialize’s addresses',
      calls: [
        materialize('SELECT cidr FROM mz_catalog.mz_egress_ips'),
        neon(`PATCH ${neonProject} {"project":{"settings":{"allowed_ips":{"ips":["<what is there>","<each cidr>"]}}}}`),
      ],
    });
  }
  return steps;
}

const ROLE_COMMENTS: Record<PipelineSpec['source']['role']['via'], string> = {
  api: 'through Neon’s API, where a role is an administrator with REPLICATION',
  sql: 'with only what it needs; the password is made by the worker and goes to Materialize only',
  given: 'exists already; a run checks its attributes',
};

function roleCalls({ source }: PipelineSpec): Call[] {
  const { role } = source;
  const timeout = postgres(pg.noIdleInTransactionTimeout(role.name));
  if (role.via === 'given') return [];
  if (role.via === 'sql') return [postgres(pg.createRole(role.name, '<password>')), timeout];
  const project = source.kind === 'neon' ? source.project : '<project>';
  return [
    neon(`POST /projects/${project}/branches/<branch id>/roles ${JSON.stringify({ role: { name: role.name } })}`),
  ];
}

function grantCalls({ source }: PipelineSpec, tables: TableRef[]): Call[] {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  const { name } = source.role;
  return [
    ...schemas.map((schema) => postgres(pg.grantUsage(schema, name))),
    postgres(pg.grantSelect(tables, name)),
    ...schemas.map((schema) => postgres(pg.grantSelectOnFutureTables('<owner>', schema, name))),
  ];
}

function targetSteps(spec: PipelineSpec): ScriptStep[] {
  const { source } = spec;
  const { database, schema, cluster, names } = spec.materialize;
  const mark = writeMark(spec.name);
  const item = (name: string) => ({ database, schema, name });
  const connection: mz.ConnectionOptions = {
    host:
      source.kind === 'postgres' ? (source.reachableAt?.host ?? '<host of the URL>') : '<direct host of the endpoint>',
    port: source.kind === 'postgres' ? (source.reachableAt?.port ?? 5432) : 5432,
    user: source.role.name,
    database: source.database,
    passwordSecret: item(names.secret),
    sslMode: source.tls.mode,
    certificateAuthority: source.tls.mode.startsWith('verify') ? (source.tls.ca ?? '<ISRG Root X1 as PEM>') : null,
  };
  return [
    { id: 'schema', comment: 'where the tables appear', calls: [materialize(mz.createSchema(database, schema))] },
    {
      id: 'cluster',
      comment: 'large for the first copy',
      calls: [
        materialize(mz.createCluster(cluster.name, cluster.snapshotSize)),
        materialize(mz.commentOnCluster(cluster.name, mark)),
      ],
    },
    {
      id: 'secret',
      comment: 'the role’s password',
      calls: [
        materialize(mz.createSecret(item(names.secret), '<password in base64>')),
        materialize(mz.commentOn('SECRET', item(names.secret), mark)),
      ],
    },
    {
      id: 'connection',
      comment: 'validated by Materialize before it answers',
      calls: [
        materialize(mz.createConnection(item(names.connection), connection)),
        materialize(mz.commentOn('CONNECTION', item(names.connection), mark)),
      ],
    },
    {
      id: 'source',
      comment: 'with its tables; makes the replication slot upstream and starts the first copy',
      calls: [...sourceCalls(spec), materialize(mz.commentOn('SOURCE', item(names.source), mark))],
    },
  ];
}

function sourceCalls(spec: PipelineSpec): Call[] {
  const { source } = spec;
  const { database, schema, cluster, names, syntax } = spec.materialize;
  const item = (name: string) => ({ database, schema, name });
  const definition: mz.SourceDefinition = {
    name: item(names.source),
    cluster: cluster.name,
    connection: item(names.connection),
    publication: source.publication,
    tables: tablesOf(spec).map((table) => ({ upstream: table, target: item(table.alias ?? table.name) })),
    textColumns: source.textColumns,
    excludeColumns: source.excludeColumns,
    progress: null,
  };
  if (syntax !== 'tables') return [materialize(mz.createSource(definition))];
  return [
    materialize(mz.createSourceBare(definition)),
    ...definition.tables.map((table) => materialize(mz.createTableFromSource(definition, table))),
  ];
}

function handOver(spec: PipelineSpec): ScriptStep[] {
  const { cluster } = spec.materialize;
  const same = cluster.snapshotSize === cluster.steadySize;
  const every = writeDuration(spec.watch.every);
  return [
    { id: 'running', comment: 'waits until the source and its tables run', calls: [] },
    { id: 'snapshot', comment: 'waits until every table is committed, however long it takes', calls: [] },
    {
      id: 'right-size',
      comment: same ? 'nothing to do: both sizes are the same' : 'and back, should the source not keep up',
      calls: same ? [] : [materialize(mz.alterClusterSize(cluster.name, cluster.steadySize))],
    },
    {
      id: 'watch',
      comment: 'a scheduled check from then on',
      calls: [
        {
          to: 'temporal',
          text: `schedule ${watchId(spec.name)} every ${every}: checkReplication as ${checkId(spec.name)}-<time> on task queue ${TASK_QUEUE}`,
        },
      ],
    },
  ];
}
