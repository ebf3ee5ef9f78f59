import type { SourceFacts, TargetFacts, WatchFacts } from '../../core/plan/facts';
import { readsStandby } from '../../core/objects/logical-replication/standby';
import type { PipelineSpec } from '../../core/spec/types';
import { readTargetFacts, unverified } from '../../systems/materialize';
import type { NeonClient } from '../../systems/neon';
import { findPooler, readSourceFacts } from '../../systems/postgres';
import type { Deps } from '../support/deps';
import type { SourceAccess } from '../support/source-directory';
import { connectOptions, withDatabase, withMaterialize, withSource } from '../support/sessions';
import { readWatch } from '../watch/schedule';

/** Upstream, Materialize and the schedule as a plan needs them, read at once. Fails where one cannot be read. */
export async function observe(
  deps: Deps,
  spec: PipelineSpec,
): Promise<{ source: SourceFacts; target: TargetFacts; watch: WatchFacts }> {
  const [source, target, watch] = await Promise.all([
    withSource(deps, spec, async ({ client, replica, access, neon }) =>
      readSourceFacts(client, {
        pipeline: spec.name,
        source: spec.source,
        reachable: { ...access.reachable, unknown: access.unknownHost },
        neon: neon && (await neonFacts(spec, neon)),
        pooler: pooler(deps, spec, access),
        replica: readsStandby(spec) ? await replica() : undefined,
      }),
    ),
    observeTarget(deps, spec),
    readWatch(deps.schedules, spec, deps.taskQueue),
  ]);
  return { source, target, watch };
}

async function observeTarget(deps: Deps, spec: PipelineSpec): Promise<TargetFacts> {
  const url = await deps.secrets.resolve(spec.materialize.url, 'materialize-url');
  const facts = await withMaterialize(deps, spec, (client) => readTargetFacts(client, spec));
  return { ...facts, unverified: unverified(url) };
}

/** Of URLs that a person gave; the host that Neon's API hands out is the direct one. */
async function pooler(deps: Deps, { source }: PipelineSpec, { ownerUrl, replicaUrl, reachable }: SourceAccess) {
  if (source.kind !== 'postgres') return null;
  const find = (url: string) =>
    findPooler({ url: withDatabase(url, source.database), tls: source.tls }, reachable, connectOptions(deps));
  return (await find(replicaUrl)) ?? (ownerUrl === replicaUrl ? null : find(ownerUrl));
}

/** What Neon says of the project and the branch; null for a source of another kind. */
export async function neonFacts({ source }: PipelineSpec, neon: NeonClient): Promise<SourceFacts['neon']> {
  if (source.kind !== 'neon') return null;
  const { project, branch, database } = source;
  return neon.readFacts({ project, branch, database });
}
