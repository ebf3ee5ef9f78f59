import { CancellationScope, CancelledFailure } from '@temporalio/workflow';
import type { Size } from '../core/budgets';
import type { Beside, Rebuild, StepResult } from '../core/plan/types';
import type { Definition, Recreated } from '../core/repair/types';
import { summaryOf } from '../core/run/details';
import type { PipelineSpec } from '../core/spec/types';
import * as activities from './proxies';
import { inTime } from './proxies';
import type { RunTracker } from './run-tracker';

/** Whose it is, and how much of it there is. */
export interface Rebuilding {
  spec: PipelineSpec;
  size: Size;
  tracker: RunTracker;
}

/** What others built on what was dropped, and what became of it. */
export interface Rebuilt {
  definitions: Definition[];
  recreated: Recreated[];
}

/** Of the run that went on as this one, and of this one. */
export const joined = (before: Rebuilt | undefined, { definitions, recreated }: Rebuilt): Rebuilt => ({
  definitions: [...(before?.definitions ?? []), ...definitions],
  recreated: [...(before?.recreated ?? []), ...recreated],
});

/** Definitions first, and into the view: whatever happens next, they are there for a person. Then only what is named goes. */
export async function takeDown({ spec, size, tracker }: Rebuilding, plan: Rebuild): Promise<Definition[]> {
  const { damage, slot } = plan;
  let definitions: Definition[] = [];
  await tracker.step('keep-definitions', async (view) => {
    definitions = await activities.keepDefinitions.executeWithOptions(
      { summary: summaryOf(view), ...inTime('keepDefinitions', size) },
      [{ spec, plan }],
    );
    tracker.keeps(definitions);
    return done('waited', view.object, `${definitions.length} definitions kept`);
  });
  const drop = { spec, plan, definitions };
  if (damage.dead.length > 0) {
    const dropTables = () =>
      activities.dropDeadTables.executeWithOptions(
        { summary: 'drop these tables alone', ...inTime('dropDeadTables', size) },
        [drop],
      );
    // A repair has one of these steps, a run the other.
    await tracker.step('drop-dead-tables', dropTables);
    await tracker.step('drop-to-recopy', dropTables);
  }
  if (damage.recreate.length > 0) {
    await tracker.step('drop-source', () =>
      activities.dropLostSource.executeWithOptions({ summary: 'drop the source', ...inTime('dropLostSource', size) }, [
        drop,
      ]),
    );
    await tracker.step('remove-slot', () =>
      activities.removeSlot.executeWithOptions({ summary: 'see that the old slot is gone' }, [
        { spec, slot: slot ?? '' },
      ]),
    );
  }
  return definitions;
}

/** As soon as the tables exist; the copy may take hours. */
export async function makeAgain({ spec, size, tracker }: Rebuilding, definitions: Definition[]): Promise<Recreated[]> {
  let recreated: Recreated[] = [];
  await tracker.step('recreate-dependents', async ({ object }) => {
    recreated = await activities.recreateDependents.executeWithOptions(
      { summary: 'make definitions again, compare', ...inTime('recreateDependents', size) },
      [{ spec, definitions }],
    );
    tracker.madeAgain(recreated);
    const well = recreated.filter(({ outcome }) => outcome === 'recreated').length;
    return done('created', object, `${well} of ${recreated.length} are back and equal`);
  });
  return recreated;
}

/**
 * Copies that are committed take the places of the tables they stand beside, group by group: definitions first and into the
 * view, then everything at once. In one piece, as what is built on a table is away for a moment.
 */
export async function changePlaces(
  { spec, size, tracker }: Rebuilding,
  { groups }: Beside,
  owed: readonly Definition[] = [],
): Promise<Rebuilt> {
  const all: Rebuilt = { definitions: [], recreated: [] };
  await tracker.inOnePiece(() =>
    tracker.step('switch-tables', async (view) => {
      for (const { tables, dependents } of groups) {
        // What an earlier run owed is there again by now.
        const plan = { damage: { recreate: [], dead: tables }, dependents: [...dependents, ...owed], slot: null };
        const definitions = await activities.keepDefinitions.executeWithOptions(
          { summary: 'read what is built on them', ...inTime('keepDefinitions', size) },
          [{ spec, plan }],
        );
        tracker.keeps(definitions);
        const recreated = await activities.switchTables.executeWithOptions(
          { summary: summaryOf(view), ...inTime('switchTables', size) },
          [{ spec, plan, definitions }],
        );
        tracker.madeAgain(recreated);
        all.definitions.push(...definitions);
        all.recreated.push(...recreated);
      }
      const well = all.recreated.filter(({ outcome }) => outcome === 'recreated').length;
      return done(
        'changed',
        view.object,
        `${view.object} took its place, ${well} of ${all.recreated.length} definitions are back and equal`,
      );
    }),
  );
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('cancelled after tables changed places');
  return all;
}

const done = (outcome: StepResult['outcome'], object: string, sentence: string): StepResult => ({
  outcome,
  object,
  sentence,
});
