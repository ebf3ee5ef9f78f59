import { recreateReasons } from '../objects/source/definition';
import { dependentsOn, rebuildOf } from '../objects/source/rebuild';
import type { SourceFacts, TargetFacts } from '../plan/facts';
import { isOurs } from '../plan/ownership';
import type { Rebuild } from '../plan/types';
import type { PipelineSpec } from '../spec/types';
import { drops } from './stop';
import type { Damage } from './types';

interface Sides {
  facts: SourceFacts;
  target: TargetFacts;
}

/**
 * What a repair drops with what the file wants made again anyway, as somebody changed it by hand: a plan made after the drop
 * would find it, and ask when it is too late to say no.
 */
export function withDrift(spec: PipelineSpec, { facts, target }: Sides, damage: Damage): Damage {
  if (!drops(damage) || !isOurs(target.source?.comment ?? null, spec.name)) return damage;
  const drift = recreateReasons(spec, facts, target);
  if (damage.recreate.length + drift.length > 0)
    return { ...damage, recreate: [...damage.recreate, ...drift], dead: [] };
  const more = rebuildOf(spec, facts, target)?.damage.dead ?? [];
  return { ...damage, dead: [...damage.dead, ...more.filter(({ id }) => !damage.dead.some((one) => one.id === id))] };
}

/** Both sides as they are once that is dropped, so that all that a run will ask for can be asked before. */
export function afterTakeDown({ facts, target }: Sides, damage: Rebuild['damage']): Sides {
  const { source } = target;
  if (!source || !drops(damage)) return { facts, target };
  const { recreate, dead } = damage;
  const whole = recreate.length > 0;
  const children = source.children.filter(({ id }) => whole || dead.some((table) => table.id === id));
  const dependents = dependentsOn(source, damage);
  const gone = new Set([...children, ...dependents, ...(whole ? [source] : [])].map(({ id }) => id));
  const { limits } = target;
  const tables = children.filter(({ kind }) => kind === 'table').length;
  const sources = children.length - tables + (whole ? 1 : 0);
  return {
    facts: whole ? withoutSlot(facts, source.slot) : facts,
    target: {
      ...target,
      source: whole
        ? null
        : {
            ...source,
            children: source.children.filter(({ id }) => !gone.has(id)),
            dependents: source.dependents.filter(({ id }) => !gone.has(id)),
          },
      schemaItems: target.schemaItems.filter(({ id }) => !gone.has(id)),
      limits: {
        ...limits,
        usedSources: Math.max(0, limits.usedSources - sources),
        usedTables: Math.max(0, limits.usedTables - tables),
      },
    },
  };
}

/** The one that Materialize drops with its source. */
function withoutSlot(facts: SourceFacts, slot: string | null): SourceFacts {
  if (slot === null || !facts.slots.includes(slot)) return facts;
  return {
    ...facts,
    slots: facts.slots.filter((name) => name !== slot),
    usedReplicationSlots: Math.max(0, facts.usedReplicationSlots - 1),
  };
}
