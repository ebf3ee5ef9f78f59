import { named } from '../objects/source/rebuild-steps';
import type { DependentFacts } from '../objects/source/facts';
import type { StepId } from '../plan/types';
import type { DestroyContext } from './context';
import { absent, foreign, keep, remove } from './step';
import type { DestroyStep } from './types';

type Found = { id: string; comment: string | null; dependents: DependentFacts[] } | null;

/** An item of ours that others may use: it stays for them. What goes makes room for the next. */
export function used(
  { spec, going }: DestroyContext,
  id: StepId,
  object: string,
  found: Found,
  run: () => string[],
): DestroyStep[] {
  if (!found) return [absent(id, object)];
  const why = foreign(found.comment, spec.name);
  if (why !== null) return [keep(id, object, why)];
  const users = found.dependents.filter((item) => !going.has(item.id));
  if (users.length > 0) return [keep(id, object, `${named(users)} ${users.length === 1 ? 'uses' : 'use'} it`, run())];
  going.add(found.id);
  return [remove(id, object, `drop ${object}`, { run: run() })];
}
