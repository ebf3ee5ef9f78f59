import { MATERIALIZE_NAME_BYTES } from '../../names';
import type { Beside, DroppedTable } from '../../plan/types';
import { utf8Length } from '../../text/bytes';

/** Of all groups. */
export const tablesOf = ({ groups }: Pick<Beside, 'groups'>): DroppedTable[] => groups.flatMap(({ tables }) => tables);

/** How a table is called while it stands beside the one whose name it takes over, or that took over its own. */
const ENDS = { new: '_n2m_new', old: '_n2m_old' } as const;

export type Standing = keyof typeof ENDS;

interface Named {
  name: string;
  upstream: { name: string } | null;
}

/** The name of a copy beside, or of what it replaces until that is dropped; null where it would be too long. */
export function besideName(target: string, role: Standing): string | null {
  const name = target + ENDS[role];
  return utf8Length(name) > MATERIALIZE_NAME_BYTES ? null : name;
}

/** Whether the file may call a table so. */
export const isReserved = (name: string): boolean => Object.values(ENDS).some((end) => name.endsWith(end));

/** What a table beside is, and whose place it takes; null for any other table, also for one that upstream calls so. */
export function roleBeside({ name, upstream }: Named): { role: Standing; target: string } | null {
  if (upstream?.name === name) return null;
  const role = (Object.keys(ENDS) as Standing[]).find((one) => name.endsWith(ENDS[one]) && name !== ENDS[one]);
  return role === undefined ? null : { role, target: name.slice(0, -ENDS[role].length) };
}

export const isBeside = (table: Named): boolean => roleBeside(table) !== null;

/** The name that it has, or gets back where a run ended while it stood under another. */
export const settledName = (table: Named): string => roleBeside(table)?.target ?? table.name;
