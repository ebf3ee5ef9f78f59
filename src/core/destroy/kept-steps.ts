import type { StepId } from '../plan/types';
import type { Added } from './added';
import { goesOver, type Kept } from './others';
import { keep, leave } from './step';
import type { DestroySource, DestroyStep } from './types';

/**
 * What others need stays. Where one of them records it from now on, the last that needs it takes it back; else it is left to
 * a person, with the statements.
 */
export function keptSteps(
  id: StepId,
  object: string,
  kept: readonly Kept[],
  { ours }: Pick<DestroySource, 'ours'>,
  runOf: (entry: Added) => string[],
): DestroyStep[] {
  const over = kept.filter((one) => goesOver(one, ours.length > 0));
  const left = kept.filter((one) => !over.includes(one));
  const pipelines = unique(over.map(({ to }) => `pipeline ${to?.pipeline ?? ''}`)).join(', ');
  return [
    ...(over.length > 0
      ? [
          keep(
            id,
            `${object} that ${pipelines} needs`,
            `${reasons(over)}; the record of ${pipelines} has it from then on`,
          ),
        ]
      : []),
    ...(left.length > 0
      ? [
          leave(
            id,
            `${object} that others may need`,
            reasons(left),
            left.flatMap(({ entry }) => runOf(entry)),
          ),
        ]
      : []),
  ];
}

export const reasons = (kept: readonly Kept[]): string => unique(kept.map(({ why }) => why)).join('; ');

const unique = (texts: string[]): string[] => [...new Set(texts)];
