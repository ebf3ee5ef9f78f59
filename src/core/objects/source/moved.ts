import type { ConnectionFacts } from '../connection/facts';
import type { SourceFacts, TargetFacts } from '../../plan/facts';
import type { PipelineSpec } from '../../spec/types';

type Upstream = Pick<SourceFacts, 'host' | 'port' | 'slots'>;
type Target = Pick<TargetFacts, 'source' | 'connection'>;

export const addressOf = ({ host, port, database }: Pick<ConnectionFacts, 'host' | 'port' | 'database'>): string =>
  `${host.toLowerCase()}:${port}/${database}`;

/**
 * The connection leads elsewhere than the file, and nothing proves that the same server is there. Only the source's slot does:
 * its name is random, and it never comes along to another server or Neon branch, whereas system identifier and timeline
 * of a branch are its parent's. Answers `old address → new address`, or null.
 */
export function unprovenMove(spec: PipelineSpec, upstream: Upstream, { source, connection }: Target): string | null {
  if (connection === null) return null;
  const [from, to] = [addressOf(connection), addressOf({ ...upstream, database: spec.source.database })];
  if (from === to || (source?.slot != null && upstream.slots.includes(source.slot))) return null;
  return `${from} → ${to}`;
}

/**
 * Why the source cannot go on from where it stands: the file leads to another history. Null too when Materialize does not
 * name the slot, for then nothing tells.
 */
export function otherHistory(spec: PipelineSpec, upstream: Upstream, target: Target): string | null {
  const slot = target.source?.slot ?? null;
  const move = slot === null ? null : unprovenMove(spec, upstream, target);
  return move === null ? null : `upstream: ${move}, where its slot ${slot} is not`;
}
