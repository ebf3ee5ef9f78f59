import type { TablePublication } from '../../publication/facts';
import type { TableFacts } from '../../tables/facts';

/** An UPDATE or DELETE that Postgres would refuse, whatever rows it touches: predicted here, proven by EXPLAIN in a run. */
export interface PredictedRefusal {
  operation: 'update' | 'delete';
  code: '42P10' | '55000';
  why: 'column-list' | 'generated-columns' | 'no-identity';
  /** The publication that makes Postgres ask. */
  publication: TablePublication;
}

type Written = Pick<
  TableFacts,
  'oid' | 'relkind' | 'persistence' | 'replicaIdentity' | 'hasPrimaryKey' | 'identityColumns' | 'columns'
>;

/** From here on Postgres compares generated columns with what a publication publishes of them. */
const GENERATED_CHECKED = 180_000;
const FIRST_NORMAL_OID = 16_384;

/** Ordinary tables, partitions and partitioned tables whose rows are logged: no publication sends anything of others. */
export const isPublishable = ({
  relkind,
  persistence,
  oid,
}: Pick<Written, 'relkind' | 'persistence' | 'oid'>): boolean =>
  (relkind === 'r' || relkind === 'p') && persistence === 'permanent' && oid >= FIRST_NORMAL_OID;

/** Nothing that could be logged of the old row: Postgres refuses to change what is published so. */
const hasNoIdentity = ({ replicaIdentity, hasPrimaryKey }: Written): boolean =>
  replicaIdentity === 'nothing' || (replicaIdentity === 'default' && !hasPrimaryKey);

/**
 * What Postgres' CheckCmdReplicaIdentity would refuse with these publications, at most one of each operation and
 * publication. Row filters are not looked at: with replica identity full they never harm; with a key as identity those
 * that read other columns are refused, too, and the run makes none of either.
 */
export function refusedWrites(
  table: Written,
  publications: TablePublication[],
  versionNum: number,
): PredictedRefusal[] {
  if (!isPublishable(table)) return [];
  return publications.flatMap((publication) => {
    const refusal = refusalOf(table, publication, versionNum);
    if (refusal === null) return [];
    return (['update', 'delete'] as const)
      .filter((operation) => publication.publishes[operation])
      .map((operation) => ({ operation, ...refusal, publication }));
  });
}

function refusalOf(
  table: Written,
  { columns, generatedColumns }: TablePublication,
  versionNum: number,
): Pick<PredictedRefusal, 'code' | 'why'> | null {
  if (hasNoIdentity(table)) return { code: '55000', why: 'no-identity' };
  const logged = table.columns.filter(
    ({ name }) => table.replicaIdentity === 'full' || table.identityColumns.includes(name),
  );
  if (columns !== null && (table.replicaIdentity === 'full' || logged.some(({ name }) => !columns.includes(name)))) {
    // With full a list is refused even where it names every column.
    return { code: '42P10', why: 'column-list' };
  }
  if (versionNum < GENERATED_CHECKED || columns !== null) return null;
  const kinds = new Set(logged.map(({ generated }) => generated));
  if (kinds.has('virtual')) return { code: '42P10', why: 'generated-columns' };
  if (kinds.has('stored') && generatedColumns !== 'stored') return { code: '42P10', why: 'generated-columns' };
  return null;
}
