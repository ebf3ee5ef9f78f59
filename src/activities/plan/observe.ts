import type { SourceFacts, TargetFacts, WatchFacts } from '../../core/plan/facts';
import type { PipelineSpec } from '../../core/spec/types';
import { readTargetFacts } from '../../systems/materialize';
import type { NeonClient } from '../../systems/neon';
import { readSourceFacts } from '../../systems/postgres';
import type { Deps } from '../support/deps';
import { withMaterialize, withSource } from '../support/sessions';
import { readWatch } from '../watch/schedule';

/** Upstream, Materialize and the schedule as a plan needs them, read at once. Fails where one cannot be read. */
export async function observe(
  deps: Deps,
  spec: PipelineSpec,
): Promise<{ source: SourceFacts; target: TargetFacts; watch: WatchFacts }> {
  const [source, target, watch] = await Promise.all([
    withSource(deps, spec, async ({ client, access, neon }) =>
      readSourceFacts(client, {
        pipeline: spec.name,
        source: spec.source,
        reachable: { ...access.reachable, unknown: access.unknownHost },
        neon: neon && (await neonFacts(spec, neon)),
      }),
    ),
    withMaterialize(deps, spec, (client) => readTargetFacts(client, spec)),
    readWatch(deps.schedules, spec, deps.taskQueue),
  ]);
  return { source, target, watch };
}

/** What Neon says of the project and the branch; null for a source of another kind. */
export async function neonFacts({ source }: PipelineSpec, neon: NeonClient): Promise<SourceFacts['neon']> {
  if (source.kind !== 'neon') return null;
  const { project, branch, database } = source;
  return neon.readFacts({ project, branch, database });
}
