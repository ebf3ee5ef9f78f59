import type { PipelineSpec } from '../spec/types';
import { cluster, dropCluster, rightSize } from '../objects/cluster/plan';
import { amount, estimates } from '../objects/cluster/estimate';
import type { SourceFacts, TargetFacts, WatchFacts } from './facts';
import { sceneFindings } from './findings';
import { setScene, type Scene } from './context';
import { grants, ipAllow, logicalReplication, publication, replicaIdentity, role } from './source-steps';
import { rebuildReason } from '../objects/source/rebuild-steps';
import { connection, dropKey, dropTables, rebuildSteps, recopyKey, schema, secret, source } from './target-steps';
import type { Approval, Plan, PlanStep } from './types';
import { running, snapshot, watch } from './wait-steps';

/** What a run would do, in order, and what it would have to ask for. Second time after a finished run: nothing. */
export function makePlan(spec: PipelineSpec, from: SourceFacts, to: TargetFacts, watched: WatchFacts): Plan {
  const scene = setScene(spec, from, to, watched);
  const steps = planSteps(scene);
  return {
    pipeline: spec.name,
    findings: sceneFindings(scene),
    steps,
    changes: steps.filter((step) => step.action !== 'keep' && step.action !== 'adopt').length,
    needsApproval: approvals(scene, steps),
    tables: scene.tables,
    removed: scene.removed,
    rebuild: scene.rebuild,
    syntax: scene.syntax,
    snapshot: { ...amount(scene.tables), estimates: estimates(spec, to, scene.tables) },
  };
}

function planSteps(scene: Scene): PlanStep[] {
  const rebuilt = rebuildSteps(scene);
  const access = [schema(scene), cluster(scene), secret(scene), connection(scene)];
  const drops = scene.rebuild?.moved ? [...rebuilt.before, ...access] : [...access, ...rebuilt.before];
  const target = [...drops, source(scene), ...rebuilt.after];
  const changed = target.some((step) => step.action === 'create' || step.action === 'change');
  const dropped = dropTables(scene);
  const left = dropCluster(scene);
  return [
    logicalReplication(scene),
    role(scene),
    replicaIdentity(scene),
    grants(scene),
    publication(scene),
    ipAllow(scene),
    ...target,
    ...(dropped ? [dropped] : []),
    running(scene, changed),
    snapshot(scene),
    rightSize(scene),
    ...(left ? [left] : []),
    watch(scene),
  ];
}

/** One entry per key, with the reason a person reads; each table that leaves or is copied again has a key of its own. */
function approvals({ removed, rebuild }: Scene, steps: PlanStep[]): Approval[] {
  const all = steps.flatMap((step): Approval[] => {
    if (step.approval === null || step.action === 'conflict') return [];
    const each = (key: string | null, reason: string) => (key === null ? [] : [{ key, step: step.id, reason }]);
    const why = [step.sentence, step.interrupts, step.irreversible].filter((part) => part !== null).join('; ');
    switch (step.id) {
      case 'drop-tables':
        return removed.flatMap((table) => {
          const name = `${table.schema}.${table.name}`;
          return each(
            dropKey(table),
            `drop ${name} from Materialize: no longer in the file; coming back means a new copy`,
          );
        });
      case 'drop-to-recopy':
        return (rebuild?.damage.dead ?? []).flatMap((table) => each(recopyKey(table), `${table.why}; ${why}`));
      case 'keep-definitions':
        return each(step.approval, rebuildReason(rebuild?.dependents ?? []));
      default:
        return each(step.approval, why);
    }
  });
  return all.filter((approval, at) => all.findIndex((other) => other.key === approval.key) === at);
}
