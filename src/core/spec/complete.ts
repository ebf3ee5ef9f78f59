import { materializeNames, publicationName, targetName } from '../names';
import { parseDuration } from '../text/duration';
import { parsePercentage } from '../text/share';
import { parseSize } from '../text/size';
import { type CheckedFile, FOLLOW_UP_TO } from './file-schema';
import { isLiteral, literalOf, parseGlob } from './globs';
import { parseColumn, parseConstraint, parseTable, type Parsed } from './identifiers';
import type {
  AlertSinkSpec,
  PipelineSpec,
  RoleSpec,
  SecretRef,
  SourceSpec,
  TableRef,
  TableSelection,
  Threshold,
} from './types';

/** A checked file with everything spelled out. Throws only where the checks before it have a hole. */
export function complete(file: CheckedFile): PipelineSpec {
  const names = materializeNames(file.name);
  const { materialize, watch } = file;
  return {
    name: file.name,
    source: source(file),
    materialize: {
      url: materialize.url as SecretRef,
      database: materialize.database,
      schema: materialize.schema ?? defaultSchema(file.name),
      cluster: { ...materialize.cluster, name: materialize.cluster.name ?? defaultCluster(file.name) },
      syntax: materialize.syntax,
      names: {
        secret: materialize.names.secret ?? names.secret,
        connection: materialize.names.connection ?? names.connection,
        source: materialize.names.source ?? names.source,
      },
    },
    snapshot: {
      pollEvery: ms(file.snapshot.pollEvery),
      stuckAfter: ms(file.snapshot.stuckAfter),
      resizeDeadline: ms(file.snapshot.resizeDeadline),
    },
    watch: {
      every: ms(watch.every),
      retainedWal: threshold(watch.retainedWal, share),
      retainedWalBytes: threshold(watch.retainedWalBytes, bytes),
      slotIdle: threshold(watch.slotIdle, ms),
      unconfirmed: threshold(watch.unconfirmed, ms),
      notRunning: threshold(watch.notRunning, ms),
      freshness: threshold(watch.freshness, ms),
      utilization: threshold(watch.utilization, share),
      pingUrl: (watch.pingUrl as SecretRef | undefined) ?? null,
    },
    ...(file.verify && { verify: { every: ms(file.verify.every), sample: share(file.verify.sample) } }),
    alerts: file.alerts.map(sink),
  };
}

export const defaultSchema = (pipeline: string): string => pipeline.replaceAll('-', '_');
export const defaultCluster = (pipeline: string): string => `ingest_${pipeline.replaceAll('-', '_')}`;

function source(file: CheckedFile): SourceSpec {
  const { source } = file;
  const common = {
    database: source.database,
    role: role(source.role, source.kind),
    tables: selection(source),
    textColumns: source.textColumns.map((text) => must(parseColumn(text))),
    excludeColumns: source.excludeColumns.map((text) => must(parseColumn(text))),
    ...(source.excludeConstraints.length > 0 && {
      excludeConstraints: source.excludeConstraints.map((text) => must(parseConstraint(text))),
    }),
    ...following(source.columns),
    tls: { mode: source.tls.mode, ca: source.tls.ca ?? null },
    publication: source.publication ?? publicationName(file.name),
  };
  if (source.kind === 'neon') {
    const { project, branch = null, apiKey } = source;
    return { kind: 'neon', project, branch, apiKey: apiKey as SecretRef, ...common };
  }
  return {
    kind: 'postgres',
    url: source.url as SecretRef,
    ...(source.primary !== undefined && { primary: source.primary as SecretRef }),
    reachableAt: source.reachableAt ?? null,
    ...common,
  };
}

function following(columns: CheckedFile['source']['columns']): Pick<SourceSpec, 'columns'> {
  if (columns === 'report') return {};
  return { columns: { followUpTo: bytes(columns === 'follow' ? FOLLOW_UP_TO : columns.followUpTo) } };
}

function role(role: CheckedFile['source']['role'], kind: SourceSpec['kind']): RoleSpec {
  const own = kind === 'neon' ? 'api' : 'sql';
  if (typeof role === 'string') return { name: role, via: own };
  if (role.password !== undefined) return { name: role.name, via: 'given', password: role.password as SecretRef };
  const via = role.via ?? own;
  if (via === 'given') throw new TypeError('a given role without password passed the checks');
  return { name: role.name, via };
}

function selection(source: CheckedFile['source']): TableSelection {
  const { tables, schemas, exclude, targetName } = source;
  if (tables !== undefined) {
    return { kind: 'list', tables: tables.map((text) => called(must(parseTable(text)), targetName)) };
  }
  const open = {
    aliases: source.aliases.map((text) => must(parseTable(text))),
    ...(exclude.length > 0 && { exclude }),
    ...(targetName !== undefined && { targetName }),
  };
  if (schemas === undefined) return { kind: 'all', ...open };
  const parsed = schemas.map((text) => ({ text, glob: must(parseGlob(text)) }));
  const globs = parsed.filter(({ glob }) => !isLiteral(glob)).map(({ text }) => text);
  return {
    kind: 'schemas',
    schemas: parsed.filter(({ glob }) => isLiteral(glob)).map(({ glob }) => literalOf(glob)),
    ...(globs.length > 0 && { globs }),
    ...open,
  };
}

/** A listed table has its name once and for all. */
function called(table: TableRef, template: string | undefined): TableRef {
  if (table.alias !== null || template === undefined) return table;
  const alias = targetName(template, table);
  return alias === table.name ? table : { ...table, alias };
}

function sink(alert: CheckedFile['alerts'][number]): AlertSinkSpec {
  const kind = alert.webhook === undefined ? 'slack' : 'webhook';
  return {
    kind,
    url: (alert.webhook ?? alert.slack) as SecretRef,
    signingKey: (alert.signingKey as SecretRef | undefined) ?? null,
  };
}

const threshold = (file: { warn: string; critical: string }, read: (text: string) => number): Threshold => ({
  warn: read(file.warn),
  critical: read(file.critical),
});

const ms = (text: string): number => present(parseDuration(text));
const share = (text: string): number => present(parsePercentage(text));
const bytes = (text: string): number => present(parseSize(text));

function must<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new TypeError(parsed.message);
  return parsed.value;
}

function present<T>(value: T | null): T {
  if (value === null) throw new TypeError('a value that cannot be read passed the checks');
  return value;
}
