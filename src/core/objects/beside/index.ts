import { listed, type PlanContext, planStep } from '../../plan/context';
import type { DroppedTable, PlanStep } from '../../plan/types';
import { copyCost } from '../cluster/estimate';
import type { GuideObject } from '../object';
import { recopyKey } from '../source/plan';
import { named, rebuildReason } from '../source/rebuild-steps';
import { isCopiedBeside, tableName } from '../tables/select';
import { tablesOf } from './names';

/** As upstream calls them. */
export const namesOf = (tables: readonly Pick<DroppedTable, 'upstream'>[]): string =>
  listed(tables.map(({ upstream }) => tableName(upstream)));

/** Nobody waits for what is copied beside, but the source stands still meanwhile. */
function planCopy({ spec, target, tables, beside }: PlanContext): PlanStep | null {
  if (beside === null) return null;
  const { left, unnamed } = beside;
  const again = tablesOf(beside);
  const changes = [
    ...again.map((table) => `${tableName(table.upstream)}: ${table.why}`),
    ...unnamed.map((name) => `give ${name} its name back`),
    ...left.map(({ name }) => `drop ${name}`),
  ];
  const ended = 'which a run that ended early left';
  if (again.length === 0) {
    const dropped = left.length > 0 ? [`drop ${listed(left.map(({ name }) => name))}`] : [];
    const back = unnamed.length > 0 ? [`give ${listed(unnamed)} back its name`] : [];
    const object = listed([...left.map(({ name }) => name), ...unnamed]);
    return planStep('copy-beside', 'change', object, `${[...dropped, ...back].join(' and ')}, ${ended}`, { changes });
  }
  const cost = copyCost(
    spec,
    target,
    tables.filter((table) => isCopiedBeside(beside, table)),
  );
  const it = again.length === 1 ? 'it' : 'them';
  return planStep(
    'copy-beside',
    'change',
    namesOf(again),
    `copy ${namesOf(again)} again beside the ${again.length === 1 ? 'one' : 'ones'} there: ${cost}`,
    {
      changes,
      interrupts: `the tables of this source can be read and stand still while ${it} is copied; upstream keeps the WAL`,
      approval: again.map(recopyKey)[0] ?? null,
    },
  );
}

function planSwitch({ beside }: PlanContext): PlanStep | null {
  if (beside === null || beside.groups.length === 0) return null;
  const again = tablesOf(beside);
  const dependents = beside.groups.flatMap((group) => group.dependents);
  const one = again.length === 1;
  const moves =
    dependents.length > 0 ? `; what is built on ${one ? 'it' : 'them'} is made again: ${named(dependents)}` : '';
  return planStep(
    'switch-tables',
    'change',
    namesOf(again),
    `let the ${one ? 'copy' : 'copies'} of ${namesOf(again)} take ${one ? 'its place' : 'their places'} once committed, and drop the old${moves}`,
    {
      interrupts: dependents.length > 0 ? `${named(dependents)} cannot be read for a moment` : null,
      approval: dependents.length > 0 ? 'rebuild-dependents' : null,
    },
  );
}

/** Tables whose columns changed, copied again beside the ones that are there. */
export const copies: GuideObject = {
  name: 'copies beside',
  approvals: ({ beside }, { id }, why) =>
    id === 'copy-beside' && beside !== null
      ? tablesOf(beside).map((table) => ({ key: recopyKey(table), reason: `${table.why}; ${why}` }))
      : null,
  steps: [{ id: 'copy-beside', activity: 'copyBeside', timeouts: 'slow', occasional: true, plan: planCopy }],
};

/** Copies that take the places of what they stand beside; see src/workflows/rebuild.ts. */
export const changeOfPlaces: GuideObject = {
  name: 'change of places',
  approvals: ({ beside }, { id }) =>
    id === 'switch-tables' && beside !== null
      ? [
          {
            key: 'rebuild-dependents',
            reason: rebuildReason(beside.groups.flatMap(({ dependents }) => dependents)),
          },
        ]
      : null,
  steps: [{ id: 'switch-tables', activity: null, timeouts: 'slow', occasional: true, plan: planSwitch }],
};
