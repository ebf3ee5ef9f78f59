import { PIPELINE_NAME_LENGTH, isPipelineName } from '../names';
import { yamlScalar } from '../text/yaml-scalar';

/** What a first file names its secrets by; `n2m init` looks things up through the same. */
export const STARTER_REFERENCES = {
  neon: 'env:N2M_SECRET_NEON_API_KEY',
  postgres: 'env:N2M_SECRET_POSTGRES_URL',
  materialize: 'env:N2M_SECRET_MATERIALIZE_URL',
} as const;

/** What a first file is made of; the rest has defaults. */
export interface StarterAnswers {
  name: string;
  source:
    /** `ca`: only where the certificate is another authority's than Neon's. */
    | { kind: 'neon'; project: string; branch: string | null; ca?: string }
    /** `ca`: PEM text of the authority; null with a mode that does not verify. */
    | { kind: 'postgres'; tls: { mode: 'verify-full'; ca: string } | { mode: 'require' | 'disable'; ca: null } };
  database: string;
  tables: { kind: 'tables' | 'schemas'; names: string[] } | { kind: 'all' };
  /** Null: the default, `ingest_<name>`. */
  cluster: string | null;
  snapshotSize: string;
  steadySize: string;
  alert: 'slack' | 'webhook' | null;
  /** Path of the JSON Schema as seen from the file; null: none near. */
  schema: string | null;
}

/** Sizes of the first copy and afterwards where nobody says others. */
export const STARTER_SIZES = { snapshot: '200cc', steady: '50cc' } as const;

/** An annotated pipeline file. `parsePipeline` says whether the answers make sense. */
export function starterFile(answers: StarterAnswers): string {
  const { name, database, cluster, snapshotSize, steadySize, schema } = answers;
  return [
    ...(schema === null ? [] : [`# yaml-language-server: $schema=${schema}`]),
    '# References such as env:NAME are looked up by the worker; passwords and keys never stand here.',
    `name: ${yamlScalar(name)} # every object's name is derived from it`,
    'source:',
    ...indented(sourceLines(answers)),
    `  database: ${yamlScalar(database)}`,
    '  role: materialize # Materialize connects as it; made when it is missing',
    ...indented(tableLines(answers.tables)),
    'materialize:',
    `  url: ${STARTER_REFERENCES.materialize} # postgres://user:password@host:6875/materialize`,
    `  schema: ${yamlScalar(name.replaceAll('-', '_'))} # where the tables appear; made when it is missing`,
    '  cluster:',
    ...(cluster === null ? [] : [`    name: ${yamlScalar(cluster)}`]),
    `    snapshotSize: ${yamlScalar(snapshotSize)} # for the first copy; n2m plan estimates how long it takes`,
    `    steadySize: ${yamlScalar(steadySize)} # afterwards`,
    '# Both sides are checked every minute. Thresholds and their defaults: docs/configuration.md.',
    'watch:',
    '  every: 1m',
    ...alertLines(answers.alert),
    '',
  ].join('\n');
}

/** Variables to set on the worker before the file can be used. */
export function starterVariables({ source, alert }: Pick<StarterAnswers, 'source' | 'alert'>): string[] {
  return [
    variableOf(STARTER_REFERENCES[source.kind]),
    variableOf(STARTER_REFERENCES.materialize),
    ...(alert === null ? [] : [ALERT[alert]]),
  ];
}

const variableOf = (reference: string): string => reference.replace('env:', '');

/** A pipeline name made of a database's; null where nothing of it can be used. */
export function starterName(database: string): string | null {
  const name = database
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, PIPELINE_NAME_LENGTH)
    .replace(/^[^a-z]+|[^a-z0-9]+$/g, '');
  return isPipelineName(name) ? name : null;
}

const ALERT = { slack: 'N2M_SECRET_SLACK_URL', webhook: 'N2M_SECRET_ALERT_URL' } as const;

function sourceLines({ source }: StarterAnswers): string[] {
  if (source.kind === 'postgres') {
    const { mode, ca } = source.tls;
    return [
      'kind: postgres',
      `url: ${STARTER_REFERENCES.postgres} # of a role that owns the tables`,
      ...(ca === null ? [`tls: { mode: ${mode} } # no verification: better mode verify-full, with ca`] : verified(ca)),
    ];
  }
  return [
    'kind: neon',
    `project: ${yamlScalar(source.project)}`,
    source.branch === null
      ? "# branch: main # without it the project's default branch"
      : `branch: ${yamlScalar(source.branch)}`,
    `apiKey: ${STARTER_REFERENCES.neon}`,
    ...(source.ca === undefined ? [] : verified(source.ca)),
  ];
}

function verified(ca: string): string[] {
  const pem = ca.trim().split(/\r?\n/);
  return ['tls:', '  mode: verify-full', '  ca: |', ...pem.map((line) => `    ${line}`)];
}

function tableLines(tables: StarterAnswers['tables']): string[] {
  if (tables.kind === 'all') return ['all: true # every table of the database; Materialize keeps all of it'];
  return [`${tables.kind}:`, ...tables.names.map((name) => `  - ${yamlScalar(name)}`)];
}

function alertLines(alert: StarterAnswers['alert']): string[] {
  if (alert !== null) return ['alerts:', `  - ${alert}: env:${ALERT[alert]}`];
  return ['# Who is told when something is wrong:', '# alerts:', `#   - slack: env:${ALERT.slack}`];
}

const indented = (lines: string[]): string[] => lines.map((line) => `  ${line}`);
