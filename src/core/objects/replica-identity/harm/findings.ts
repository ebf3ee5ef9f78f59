import { listed } from '../../../plan/context';
import type { TableFacts } from '../../tables/facts';
import { leaveOut } from '../../../plan/fix';
import { blocking, type Found, info, type Rule, statements, warning } from '../../../plan/rule';
import type { PipelineSpec } from '../../../spec/types';
import { plural } from '../../../text/count';
import { GENERATED_SERVER } from '../../publication/differences';
import { alterPublicationAdd, alterPublicationDrop, publishGenerated } from '../../publication/statements';
import { isIn } from '../../tables/find';
import { tableName } from '../../tables/select';
import { type Harm, harmsOf } from './harms';

const INSISTS = 'with replica identity full, on which Materialize insists, Postgres would refuse';
const NOW = 'Postgres refuses, right now,';

/** What would stop what the application does with its tables. */
export const harmFindings: Record<string, Rule> = {
  'generated-columns': (context) => {
    const { upstream, fresh, source } = context;
    const virtual = upstream.flatMap((table): Found[] => {
      const columns = columnsOf(table, 'virtual');
      const [harm] = columns.length > 0 ? harmsOf(context, table) : [];
      return harm ? [virtualHarm(context.spec, table, columns, harm.now)] : [];
    });
    const stored = upstream.filter((table) => isIn(fresh, table)).flatMap((table) => columnsOf(table, 'stored'));
    if (stored.length === 0) return virtual;
    const are = stored.length === 1 ? 'is a generated column and does' : 'are generated columns and do';
    const why =
      source.versionNum >= GENERATED_SERVER
        ? '; published all the same (publish_generated_columns = stored), as Postgres would refuse updates otherwise, and ignored by Materialize'
        : ': Postgres publishes generated columns from 18 on';
    const sentence = `${listed(stored.map(({ full }) => full))} ${are} not arrive${why}`;
    return [...virtual, info('generated columns', sentence, `in a view: ${expressions(stored)}`)];
  },

  'other-publication-columns': (context) => {
    const own = context.spec.source.publication;
    const groups = new Map<string, Harm[]>();
    for (const harm of context.upstream.flatMap((table) => harmsOf(context, table))) {
      const { why, publication } = harm.refusal;
      // Not the publication's doing, or told as publication-narrowed.
      if (why === 'column-list' ? publication.name === own : columnsOf(harm.table, 'virtual').length > 0) continue;
      const key = JSON.stringify([publication.name, why, harm.now]);
      groups.set(key, [...(groups.get(key) ?? []), harm]);
    }
    return [...groups.values()].map(publicationHarm);
  },
};

interface Computed {
  name: string;
  full: string;
  expression: string | null;
}

const columnsOf = (table: TableFacts, kind: 'stored' | 'virtual'): Computed[] =>
  table.columns
    .filter(({ generated }) => generated === kind)
    .map(({ name, expression }) => ({ name, full: `${tableName(table)}.${name}`, expression }));

/** As many as a person reads. */
const EXPRESSIONS = 20;

function expressions(columns: Computed[]): string {
  const shown = columns.slice(0, EXPRESSIONS).map(({ full, expression }) => `${full} = ${expression ?? '?'}`);
  const more = columns.length - shown.length;
  return [...shown, ...(more > 0 ? [plural(more, 'more', 'more')] : [])].join(', ');
}

function virtualHarm(spec: PipelineSpec, table: TableFacts, columns: Computed[], now: boolean): Found {
  const names = listed(columns.map(({ full }) => full));
  const are = columns.length === 1 ? 'is a virtual column' : 'are virtual columns';
  const sentence = `${names} ${are}, which nothing publishes: ${now ? NOW : INSISTS} every update and delete of the table (42P10)`;
  const fix = `${leaveOut(spec, table)}, or make its columns STORED: ${expressions(columns)}`;
  return (now ? warning : blocking)(tableName(table), sentence, fix);
}

function publicationHarm(harms: Harm[]): Found {
  const [{ refusal, now }] = harms as [Harm];
  const { why, publication } = refusal;
  const { name, owner, filtered } = publication;
  const subject = `publication ${name}`;
  const tables = distinct(harms.map(({ table }) => table));
  const does = why === 'column-list' ? 'lists columns of' : 'leaves out generated columns of';
  const sentence = `${subject} of ${owner} ${does} ${listed(tables.map(tableName))}: ${now ? NOW : INSISTS} updates and deletes of it (42P10)`;
  const entries = distinct(harms.map((harm) => harm.refusal.publication.entry));
  // In one transaction, so that its subscribers lose no change.
  const whole = ['BEGIN', alterPublicationDrop(name, entries), alterPublicationAdd(name, entries), 'COMMIT'];
  const fix = statements(...(why === 'column-list' ? whole : [publishGenerated(name)]));
  const note = `-- by ${owner}: its subscribers get more columns${filtered ? ', and the row filter has to be given again' : ''}`;
  return (now ? warning : blocking)(subject, sentence, `${fix} ${note}`);
}

function distinct<T extends { schema: string; name: string }>(tables: T[]): T[] {
  return [...new Map(tables.map((table) => [JSON.stringify([table.schema, table.name]), table])).values()];
}
