import type { PublicationFacts } from './facts';
import type { SourceObjectFacts } from '../source/facts';
import type { TableFacts } from '../tables/facts';
import { readMark } from '../../plan/ownership';
import { isIn } from '../tables/find';
import { isPartitioned } from '../tables/partitions';
import { tableName } from '../tables/select';

interface Named {
  schema: string;
  name: string;
}

export interface PublicationDifference {
  /** `add public.orders`. */
  text: string;
  /** ALTER PUBLICATION can mend it. */
  changeable: boolean;
}

/** Tables of the plan that the publication does not have yet. */
export function tablesToPublish<T extends Named>(tables: T[], publication: PublicationFacts): T[] {
  if (publication.allTables) return [];
  return tables.filter((table) => !isIn(publication.tables, table));
}

/** Published but not in the plan: they cost WAL decoding and do no harm. */
export function tablesNotWanted(tables: Named[], publication: PublicationFacts): Named[] {
  return publication.tables.filter((published) => !isIn(tables, published));
}

const OPERATIONS = ['insert', 'update', 'delete', 'truncate'] as const;

/** As `publish` takes them: `insert, update`. */
export const operationsOf = ({ publishes }: PublicationFacts): string =>
  OPERATIONS.filter((operation) => publishes[operation]).join(', ');

/** Operations the publication leaves out; without all four Materialize shows wrong data. */
export function unpublished({ publishes }: PublicationFacts): string[] {
  return OPERATIONS.filter((operation) => !publishes[operation]);
}

/** Wanted tables of which the publication leaves out rows or columns. */
export function narrowed(tables: readonly Named[], publication: PublicationFacts): Named[] {
  return publication.tables.filter(
    (published) => (published.columns !== null || published.filtered) && isIn(tables, published),
  );
}

/** What was left out of a stream that tables had been copied for: putting it back brings none of it. */
export interface LeftOut {
  /** Of every table: `update`, `delete`. */
  operations: string[];
  /** Copied tables that are published without all their rows or columns. */
  tables: Named[];
}

export function leftOutOf(publication: PublicationFacts | null, source: SourceObjectFacts | null): LeftOut {
  const copied = (source?.children ?? []).filter(({ committed }) => committed).map(({ upstream }) => upstream);
  if (publication === null || copied.length === 0) return { operations: [], tables: [] };
  return { operations: unpublished(publication), tables: narrowed(copied, publication) };
}

/** From here on a full replica identity holds stored generated columns: left out of a publication, updates fail. */
export const GENERATED_SERVER = 180_000;

export const hasGenerated = ({ columns }: Pick<TableFacts, 'columns'>): boolean =>
  columns.some((column) => column.generated === 'stored');

export const lacksGenerated = (tables: Pick<TableFacts, 'columns'>[], publication: PublicationFacts): boolean =>
  publication.generatedColumns === false && tables.some(hasGenerated);

type Upstream = Pick<TableFacts, 'columns' | 'partitions'>;

/** Changes of partitions have to come under the name of the table they are of. */
export const needsRoot = (upstream: readonly Pick<TableFacts, 'partitions'>[]): boolean => upstream.some(isPartitioned);

/**
 * It publishes partitions under the name of what they are of, and the plan has them one by one. In one of n2m's that lists its
 * tables this touches only what is in it with its partitions, which `tablesToPublish` tells of.
 */
const hidesPartitions = (publication: PublicationFacts, upstream: Upstream[]): boolean =>
  publication.viaRoot && !needsRoot(upstream) && (publication.allTables || readMark(publication.comment) === null);

/** How partitions have to be published from now on; null where it is so. */
export const rootDifference = (publication: PublicationFacts, upstream: Upstream[]): boolean | null => {
  if (needsRoot(upstream) && !publication.viaRoot) return true;
  return hidesPartitions(publication, upstream) ? false : null;
};

/** What would have to change for the publication to serve the plan; `upstream`: facts of the tables. */
export function publicationDifferences(
  tables: Named[],
  publication: PublicationFacts,
  upstream: Upstream[],
): PublicationDifference[] {
  const missing = unpublished(publication);
  const marked = readMark(publication.comment) !== null;
  const root = rootDifference(publication, upstream);
  return [
    ...tablesToPublish(tables, publication).map((t) => ({ text: `add ${tableName(t)}`, changeable: true })),
    ...narrowed(tables, publication).map((t) => ({
      text: `publish all rows and columns of ${tableName(t)}`,
      changeable: true,
    })),
    ...(missing.length > 0 ? [{ text: `publish ${missing.join(', ')}, too`, changeable: true }] : []),
    ...(lacksGenerated(upstream, publication)
      ? // Somebody else's subscribers may not know such a column.
        [{ text: 'publish stored generated columns, too', changeable: marked }]
      : []),
    // Somebody else's subscribers know the partitions by the names they come under.
    ...(root === true ? [{ text: 'publish partitions under the name of their root', changeable: marked }] : []),
    ...(root === false ? [{ text: 'publish partitions under their own names', changeable: false }] : []),
  ];
}

/** The publication as it is, in a line. */
export function publicationWords(publication: PublicationFacts): string {
  const tables = publication.allTables
    ? 'all tables'
    : `tables ${publication.tables.map((table) => `${tableName(table)}${notes(table)}`).join(', ') || 'none'}`;
  return `${tables}, ${operationsOf(publication) || 'no operation'}, owner ${publication.owner}`;
}

function notes({ columns, filtered }: PublicationFacts['tables'][number]): string {
  const parts = [...(columns ? [`columns ${columns.join(' ')}`] : []), ...(filtered ? ['a row filter'] : [])];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
