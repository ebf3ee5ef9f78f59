import { makePlan as decide } from '../core/plan/plan';
import type { Plan } from '../core/plan/types';
import type { PipelineSpec } from '../core/spec/types';
import { readTargetFacts } from '../systems/materialize';
import { readSourceFacts } from '../systems/postgres';
import type { Deps } from './deps';
import { readWatch } from './schedule';
import { withMaterialize, withSource } from './sessions';

/** Observes upstream, Materialize and the schedule at once; the decisions are pure. */
export async function makePlan(deps: Deps, { spec }: { spec: PipelineSpec }): Promise<Plan> {
  const [source, target, watch] = await Promise.all([
    withSource(deps, spec, async ({ client, access, neon }) => {
      const { project, branch, database } =
        spec.source.kind === 'neon' ? spec.source : { project: '', branch: null, database: '' };
      const facts = neon ? await neon.readFacts({ project, branch, database }) : null;
      return readSourceFacts(client, {
        pipeline: spec.name,
        source: spec.source,
        reachable: access.reachable,
        neon: facts,
      });
    }),
    withMaterialize(deps, spec, (client) => readTargetFacts(client, spec)),
    readWatch(deps.schedules, spec, deps.taskQueue),
  ]);
  return decide(spec, source, target, watch);
}
