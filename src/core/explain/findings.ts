import { inOrder } from '../plan/finding-order';
import { OBJECTS } from '../objects';
import { repairWords } from '../repair/words';
import type { Entry } from './types';

/** One entry per finding of a plan, from the rooms of its objects; then what stops a repair or a rotation only. */
export const findingEntries: Record<string, Entry> = {
  ...Object.fromEntries(inOrder(OBJECTS.flatMap(({ words = {} }) => Object.entries(words)))),
  ...repairWords,
};
