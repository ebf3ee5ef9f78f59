import { fullName } from '../catalog/rows';
import type { NewName } from '../catalog';
import { planError } from '../contract';
import type { DdlContext } from '../environment';

/** Whether something has this name already: refused, unless IF NOT EXISTS stands there, which makes it a notice. */
export async function isTaken(
  context: DdlContext,
  name: NewName,
  kind: string,
  ifNotExists: boolean,
  refusal = `${kind} "${fullName(name)}" already exists`,
): Promise<boolean> {
  if ((await context.catalog.findByName(name)) === null) return false;
  if (!ifNotExists) throw planError(refusal);
  context.notice({ code: '42710', message: `${kind} "${name.name}" already exists, skipping` });
  return true;
}
