import type { ConnectionFacts } from '../connection/facts';
import type { SourceFacts, TargetFacts } from '../../plan/facts';
import type { Plan } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import { otherHistory } from './moved';

/** Why the source has to be dropped and made again: what no ALTER can change. Empty when it can stay. */
export function recreateReasons(
  spec: PipelineSpec,
  upstream: Pick<SourceFacts, 'host' | 'port' | 'slots'>,
  target: Pick<TargetFacts, 'source' | 'connection'>,
): string[] {
  const history = otherHistory(spec, upstream, target);
  return [...definitionReasons(spec, target), ...(history === null ? [] : [history])];
}

/** Those that its definition shows. */
export function definitionReasons(spec: PipelineSpec, target: Pick<TargetFacts, 'source' | 'connection'>): string[] {
  const { source, connection } = target;
  if (!source) return [];
  const { cluster, syntax } = spec.materialize;
  const reasons: string[] = [];
  if (source.cluster !== cluster.name) reasons.push(`cluster: ${source.cluster} → ${cluster.name}`);
  if (source.publication !== null && source.publication !== spec.source.publication) {
    reasons.push(`publication: ${source.publication} → ${spec.source.publication}`);
  }
  if (source.connectionId !== null && source.connectionId !== connection?.id) {
    reasons.push(`connection: another one → ${spec.materialize.names.connection}`);
  }
  if (syntax !== 'auto' && syntax !== source.syntax) reasons.push(`syntax: ${source.syntax} → ${syntax}`);
  return reasons;
}

/** `mz_version_num()` from which CREATE TABLE … FROM SOURCE is everybody's: v26.25. */
const SOURCE_TABLES_VERSION = 2_602_500;
/** From which Materialize's own documentation has EXCLUDE CONSTRAINTS. Read there; no recording has it. */
export const CONSTRAINTS_VERSION = 2_604_200;

/** Whether the server takes tables made from a source. The flag that may still forbid it is shown to nobody. */
export const takesSourceTables = ({
  forcesSourceTables,
  versionNum,
}: Pick<TargetFacts, 'forcesSourceTables' | 'versionNum'>): boolean =>
  forcesSourceTables || versionNum >= SOURCE_TABLES_VERSION;

/** The syntax of this run: what the source has, else what the file says, else the newer one where the server takes it. */
export function planSyntax(spec: PipelineSpec, upstream: SourceFacts, target: TargetFacts): Plan['syntax'] {
  if (target.source && recreateReasons(spec, upstream, target).length === 0) return target.source.syntax;
  if (spec.materialize.syntax !== 'auto') return spec.materialize.syntax;
  return takesSourceTables(target) ? 'tables' : 'subsources';
}

/** What differs between the connection there is and the one the file asks for, as `host: a → b`. */
export function connectionDifferences(
  spec: PipelineSpec,
  source: Pick<SourceFacts, 'host' | 'port'>,
  connection: ConnectionFacts,
): string[] {
  const { tls, database, role } = spec.source;
  const { materialize } = spec;
  const secret = `${materialize.database}.${materialize.schema}.${materialize.names.secret}`;
  const differences: string[] = [];
  const compare = (what: string, is: string, wanted: string) => {
    if (is !== wanted) differences.push(`${what}: ${is} → ${wanted}`);
  };
  compare('host', connection.host.toLowerCase(), source.host.toLowerCase());
  compare('port', String(connection.port), String(source.port));
  compare('database', connection.database, database);
  compare('user', connection.user, role.name);
  compare('password', bare(connection.passwordSecret ?? 'none'), secret);
  compare('SSL mode', sslMode(connection.sslMode), tls.mode);
  const verified = tls.mode === 'verify-full' || tls.mode === 'verify-ca';
  if (verified && connection.certificateAuthority === null) differences.push('certificate authority: none → one');
  if (verified && tls.ca !== null && connection.certificateAuthority !== null) {
    if (packed(tls.ca) !== packed(connection.certificateAuthority)) differences.push('certificate authority: another');
  }
  return differences;
}

/** Those of them that say who gets which password. */
export const loginDifferences = (...look: Parameters<typeof connectionDifferences>): string[] =>
  connectionDifferences(...look).filter((difference) => /^(host|port|database|user|password): /.test(difference));

/** Catalogs print names with quotes where needed: `"materialize"."shop"."shop_password"`. */
const bare = (name: string): string => name.replaceAll('"', '');

/** Materialize takes and prints several spellings: `verify_full`, `required`. */
export function sslMode(text: string): string {
  const mode = text.toLowerCase().replaceAll('_', '-');
  return mode === 'required' ? 'require' : mode === '' ? 'disable' : mode;
}

const packed = (pem: string): string => pem.replaceAll(/\s/g, '');
