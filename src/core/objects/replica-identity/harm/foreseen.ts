import type { TablePublication } from '../../publication/facts';
import type { TableFacts } from '../../tables/facts';
import { tableName } from '../../tables/select';
import { refusedWrites } from './predicted';
import type { WritesProof } from './refused';

/** As the run publishes a table: by name, whole, with what can be published of generated columns. */
const ours = (name: string, entry: TablePublication['entry']): TablePublication => ({
  ...{ name, owner: '', ownedByUs: true, via: 'table', entry, columns: null, filtered: false },
  generatedColumns: 'stored',
  publishes: { insert: true, update: true, delete: true, truncate: true },
});

/**
 * For tables that EXPLAIN could not be asked about (code of others would run as us, or we may not write to them): what the
 * catalog says would be refused with replica identity full and our publication, and is not refused now. A sentence;
 * null where nothing is.
 */
export function foreseenRefusal(
  { untold }: Pick<WritesProof, 'untold'>,
  upstream: TableFacts[],
  publication: string,
  versionNum: number,
): string | null {
  for (const table of upstream) {
    if (!untold.some(({ schema, name }) => schema === table.schema && name === table.name)) continue;
    const now = refusedWrites(table, table.publications, versionNum);
    const full = { ...table, replicaIdentity: 'full' as const };
    const others = table.publications.filter(({ name }) => name !== publication);
    const fresh = refusedWrites(full, [...others, ours(publication, table)], versionNum).find(
      ({ operation }) => !now.some((known) => known.operation === operation),
    );
    if (!fresh) continue;
    const what = fresh.why === 'column-list' ? 'lists columns of it' : 'leaves out generated columns of it';
    const { name } = fresh.publication;
    return `updates and deletes of ${tableName(table)} would be refused with replica identity full: publication ${name} ${what}`;
  }
  return null;
}
