import type { RoleFacts } from '../role/facts';
import type { TableFacts } from '../tables/facts';
import type { SourceFacts } from '../../plan/facts';

/** Members of these read every table of every schema, future ones, too. */
const READS_ALL = ['pg_read_all_data', 'neon_superuser'];

export const readsEverything = (role: RoleFacts): boolean =>
  role.superuser || role.memberOf.some((group) => READS_ALL.includes(group));

/** Schemas and tables the role may not use yet. A role that does not exist may use nothing. */
export function neededGrants(
  source: Pick<SourceFacts, 'role'>,
  tables: TableFacts[],
): { schemas: string[]; tables: TableFacts[] } {
  const { role } = source;
  if (role !== null && readsEverything(role)) return { schemas: [], tables: [] };
  const closed = tables.filter((table) => table.schemaUsable !== true).map((table) => table.schema);
  return {
    schemas: [...new Set(closed)].sort(),
    tables: tables.filter((table) => table.selectable !== true),
  };
}

/**
 * Default privileges that are missing so that tables made later by the same owners can be added without a grant. They
 * hold only for tables made by the role they are given for, hence one per owner and schema. Owners we cannot speak for
 * are left out.
 */
export function neededDefaultPrivileges(
  source: Pick<SourceFacts, 'role' | 'defaultPrivileges'>,
  tables: TableFacts[],
): { owner: string; schema: string }[] {
  const { role, defaultPrivileges } = source;
  if (role !== null && readsEverything(role)) return [];
  const pairs = new Map<string, { owner: string; schema: string }>();
  for (const { owner, schema, ownedByUs } of tables) {
    if (ownedByUs) pairs.set(JSON.stringify([owner, schema]), { owner, schema });
  }
  return [...pairs.values()].filter(
    (pair) => !defaultPrivileges.some((given) => given.owner === pair.owner && given.schema === pair.schema),
  );
}
