import type { Added } from '../../destroy/added';
import type { Identity } from './entries';
import type { DestroySource } from '../../destroy/types';
import { replicaIdentity } from './statements';

type Recorded = Extract<Added, { kind: 'identity' }>;
type Table = DestroySource['tables'][number];

/** What a table gets back, or why it keeps logging full rows. */
export type Back =
  | { keep: false; identity: Identity; index: string | null; instead: string | null }
  | { keep: true; why: string; by: string[] };

/**
 * What a table logged before n2m came, or the nearest that its indexes still allow, which `instead` explains. `publishers` are
 * the publications that go on publishing it without us: `lent` publish it for us no more or as they did before us.
 */
export function identityBack(recorded: Recorded, table: Table, publishers: { others: string[]; lent: string[] }): Back {
  if (publishers.others.length > 0) {
    return { keep: true, why: `is published by ${publishers.others.join(', ')}, too`, by: publishers.others };
  }
  const back = nearest(recorded, table);
  const strict = publishers.lent.filter((name) => table.strictlyPublishedBy.includes(name));
  if (strict.length > 0 && !identifies(back, table)) {
    const why = `is published by ${strict.join(', ')}, and its updates would be refused: ${back.instead ?? 'nothing else identifies its rows'}`;
    return { keep: true, why, by: strict };
  }
  return { keep: false, ...back };
}

function nearest(
  recorded: Recorded,
  table: Table,
): { identity: Identity; index: string | null; instead: string | null } {
  if (recorded.before !== 'index') return { identity: recorded.before, index: null, instead: null };
  const index = sameIndex(recorded, table);
  if (index !== null) return { identity: 'index', index, instead: null };
  const lost =
    recorded.index === null
      ? 'the index it named was gone before n2m came'
      : `index ${recorded.index} is gone or does not identify rows any more`;
  return { identity: 'default', index: null, instead: lost };
}

/** By its columns, where they were recorded: another one may have its name by now. */
function sameIndex({ index, columns }: Recorded, table: Table): string | null {
  const fits = table.indexes.filter((one) => columns === undefined || sameColumns(one.columns, columns));
  const named = fits.find(({ name }) => name === index);
  return (named ?? (columns === undefined ? undefined : fits[0]))?.name ?? null;
}

const sameColumns = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((column) => b.includes(column));

const identifies = ({ identity }: { identity: Identity }, table: Table): boolean =>
  identity === 'index' || (identity === 'default' && table.hasPrimaryKey);

export const identityStatement = (table: Table, back: Extract<Back, { keep: false }>): string =>
  replicaIdentity(table, back.identity, back.index);

/** What a person gets who asks what it is now, in place of what it was. */
export const insteadWords = ({ instead }: { instead: string | null }, table: Table): string =>
  `${instead ?? ''}; it logs ${table.hasPrimaryKey ? 'its primary key' : 'nothing of the old row'} in its place`;
