import { isManaged, type PlanContext } from '../../../plan/context';
import type { TablePublication } from '../../publication/facts';
import type { TableFacts } from '../../tables/facts';
import { type PredictedRefusal, refusedWrites } from './predicted';

/** A refusal that is or would be, for the plan; a run proves it by EXPLAIN and changes nothing where it holds. */
export interface Harm {
  table: TableFacts;
  refusal: PredictedRefusal;
  /** Postgres refuses it already, whatever the run does. */
  now: boolean;
}

/** What Postgres would refuse of a table once it has replica identity full and is in the file's publication. */
export function harmsOf(context: PlanContext, table: TableFacts): Harm[] {
  const { versionNum } = context.source;
  const today = refusedWrites(table, table.publications, versionNum);
  const then = refusedWrites({ ...table, replicaIdentity: 'full' }, publicationsAfter(context, table), versionNum);
  return then.map((refusal) => ({
    table,
    refusal,
    now: today.some(({ operation }) => operation === refusal.operation),
  }));
}

/** Those of others as they are, the file's as the run will have it: of its own it publishes everything. */
function publicationsAfter({ spec, source, ...context }: PlanContext, table: TableFacts): TablePublication[] {
  const { publication: name } = spec.source;
  const found = source.publication;
  const ours = found === null || isManaged({ spec, source, ...context }, found.comment);
  const known = table.publications.find((publication) => publication.name === name);
  const wanted: TablePublication = {
    ...(known ?? { name, owner: source.user.name, ownedByUs: true, via: 'table', columns: null, filtered: false }),
    entry: known?.entry ?? { schema: table.schema, name: table.name },
    publishes: { insert: true, update: true, delete: true, truncate: true },
    generatedColumns: ours || found.generatedColumns === true ? 'stored' : 'none',
  };
  return [...table.publications.filter((publication) => publication !== known), wanted];
}
