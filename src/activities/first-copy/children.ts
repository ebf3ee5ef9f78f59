/** Which object of Materialize a copy is waited for in. */
import { copyOf } from '../../core/objects/beside/decide';
import { findChildren } from '../../core/objects/tables/find';
import { isCopiedBeside, ownChild } from '../../core/objects/tables/select';
import type { PlannedTable } from '../../core/plan/types';
import type { ObjectProgress } from '../../systems/materialize';
import type { WindowInput } from '../support/inputs';
import { itemsOf } from '../support/sessions';

export type ChildProgress = ObjectProgress & { upstream: NonNullable<ObjectProgress['upstream']> };

export const withUpstream = (children: readonly ObjectProgress[]): ChildProgress[] =>
  children.flatMap((child) => (child.upstream === null ? [] : [{ ...child, upstream: child.upstream }]));

/** Undefined where it is not there yet. */
export function childOf(
  { spec, beside }: Pick<WindowInput, 'spec' | 'beside'>,
  table: PlannedTable,
  children: ChildProgress[],
): ChildProgress | undefined {
  // What this run waits for is the copy, not what it stands beside.
  if (beside && isCopiedBeside(beside, table)) {
    return copyOf(children, { upstream: table, item: itemsOf(spec).item(table.target) }) ?? undefined;
  }
  // Of a source that was adopted, wherever it is.
  const adopted = () => findChildren(children, table).find((one) => one.name === table.target);
  return ownChild(spec, children, table) ?? adopted();
}
