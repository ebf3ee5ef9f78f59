import { CancellationScope, CancelledFailure, patched } from '@temporalio/workflow';
import { batchesOf } from '../core/objects/beside/batches';
import type { Size } from '../core/budgets';
import type { Beside, Rebuild, StepResult } from '../core/plan/types';
import type { Definition, Recreated } from '../core/repair/types';
import { summaryOf } from '../core/run/details';
import type { StepView } from '../core/run/types';
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

/** What is built on what goes, read before anything does. */
export async function keepDefinitions({ spec, size, tracker }: Rebuilding, plan: Rebuild): Promise<Definition[]> {
  let definitions: Definition[] = [];
  await tracker.step('keep-definitions', async (view) => {
    definitions = await read({ spec, size, tracker }, plan, summaryOf(view));
    return done('waited', view.object, `${definitions.length} definitions kept`);
  });
  return definitions;
}

const read = ({ spec, size }: Rebuilding, plan: Rebuild, summary: string): Promise<Definition[]> =>
  activities.keepDefinitions.executeWithOptions({ summary, ...inTime('keepDefinitions', size) }, [{ spec, plan }]);

/** Definitions into the view first: whatever happens next, they are there for a person. Then only what is named goes. */
export async function takeDown(
  { spec, size, tracker }: Rebuilding,
  plan: Rebuild,
  definitions: Definition[],
): Promise<void> {
  const { damage, slot } = plan;
  tracker.keeps(definitions);
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
 * view, then everything at once. Each group in one piece, as what is built on a table is away for a moment.
 */
export async function changePlaces(
  of: Rebuilding,
  { groups }: Beside,
  owed: readonly Definition[] = [],
): Promise<Rebuilt> {
  const { tracker } = of;
  const all: Rebuilt = { definitions: [], recreated: [] };
  const place = async (view: StepView, { tables, dependents }: Beside['groups'][number], piece: Piece) => {
    // What an earlier run owed is there again by now.
    const plan = { damage: { recreate: [], dead: tables }, dependents: [...dependents, ...owed], slot: null };
    const definitions = await read(of, plan, 'read what is built on them');
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled before a table goes');
    const recreated = await piece(() => {
      tracker.keeps(definitions);
      return activities.switchTables.executeWithOptions(
        { summary: summaryOf(view), ...inTime('switchTables', of.size) },
        [{ spec: of.spec, plan, definitions }],
      );
    });
    tracker.madeAgain(recreated);
    all.definitions.push(...definitions);
    all.recreated.push(...recreated);
  };
  const switchAll = (these: Beside['groups'], piece: Piece) =>
    tracker.step('switch-tables', async (view) => {
      for (const group of these) await place(view, group, piece);
      const well = all.recreated.filter(({ outcome }) => outcome === 'recreated').length;
      const back = `${well} of ${all.recreated.length} definitions are back and equal`;
      return done('changed', view.object, `${view.object} took its place, ${back}`);
    });
  // Runs that began under an earlier version do all of it in one piece, however many groups there are.
  if (patched('places-in-batches')) {
    await switchAll(batchesOf(groups), (work) => tracker.inOnePiece(work));
  } else {
    await tracker.inOnePiece(() => switchAll(groups, (work) => work()));
  }
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('cancelled after tables changed places');
  return all;
}

type Piece = (work: () => Promise<Recreated[]>) => Promise<Recreated[]>;

const done = (outcome: StepResult['outcome'], object: string, sentence: string): StepResult => ({
  outcome,
  object,
  sentence,
});
