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
