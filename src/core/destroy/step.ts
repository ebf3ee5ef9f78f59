import { ownerOf } from '../plan/ownership';
import type { PlanStep, StepId } from '../plan/types';
import type { DestroyStep, Fate } from './types';

type Rest = Partial<Pick<PlanStep, 'changes' | 'interrupts' | 'irreversible'>> & { run?: string[] };

const plain = { changes: [], interrupts: null, irreversible: null, approval: null };

export function remove(id: StepId, object: string, sentence: string, { run = [], ...rest }: Rest = {}): DestroyStep {
  return { id, action: 'drop', object, sentence, ...plain, ...rest, fate: 'remove', why: null, run };
}

function settled(fate: Exclude<Fate, 'remove'>, id: StepId, object: string, sentence: string, more: Rest): DestroyStep {
  const { run = [], ...rest } = more;
  return {
    id,
    action: 'keep',
    object,
    sentence: `${object}: ${sentence}`,
    ...plain,
    ...rest,
    fate,
    why: sentence,
    run,
  };
}

export const absent = (id: StepId, object: string, why = 'is not there'): DestroyStep =>
  settled('absent', id, object, why, {});

export const keep = (id: StepId, object: string, why: string, run: string[] = []): DestroyStep =>
  settled('keep', id, object, `stays: ${why}`, { run });

export const leave = (id: StepId, object: string, why: string, run: string[]): DestroyStep =>
  settled('leave', id, object, `is left behind: ${why}`, { run });

/** Why an object of somebody else stays; null for our own. */
export function foreign(comment: string | null, pipeline: string): string | null {
  const owner = ownerOf(comment, pipeline);
  if (owner.kind === 'us') return null;
  return owner.kind === 'pipeline' ? `it belongs to pipeline ${owner.name}` : 'it was not made by n2m';
}
