import { recordName } from '../../names';
import { isManaged, listed } from '../../plan/context';
import { blocking, info, repairCommand, type Rule, statements, warning } from '../../plan/rule';
import { isIn } from '../tables/find';
import { tableName } from '../tables/select';
import { leftOutOf, narrowed, rootDifference, tablesNotWanted, tablesToPublish, unpublished } from './differences';
import { alterPublicationAdd, alterPublicationDrop, grantCreate, publishEverything, publishByRoot } from './statements';

const PUT_BACK = 'and putting it back brings nothing of what was left out';

/** What the publication, there or to be made, lacks or has too much of. */
export const publicationRules: Record<string, Rule> = {
  'claimed-publication': ({ source, spec }) =>
    (source.claims ?? []).map(({ name, owner }) =>
      warning(
        `publication ${name}`,
        `publication ${name} carries the mark of ${spec.name} and belongs to ${owner}: it is not taken for n2m's, and what it records counts for nothing`,
        'n2m explain claimed-publication',
      ),
    ),

  'publication-creation': (context) => {
    const { source, spec } = context;
    if (source.user.canCreateInDatabase || source.user.superuser) return [];
    const { database } = spec.source;
    const recorded = source.publication !== null;
    // Somebody else's publication cannot hold the record of what is added.
    if (recorded && (source.recordExists || !context.addsUpstream)) return [];
    const publication = recorded ? recordName(spec.name) : spec.source.publication;
    const fix = statements(grantCreate(database, source.user.name));
    const sentence = `${source.user.name} may not create publication ${publication}: it lacks CREATE on database ${database}`;
    return [blocking(`publication ${publication}`, sentence, fix)];
  },

  'publication-membership': (context) => {
    const { publication } = context.source;
    if (publication === null) return [];
    const missing = tablesToPublish(context.tables, publication);
    if (missing.length === 0) return [];
    const name = `publication ${publication.name}`;
    const fix = statements(alterPublicationAdd(publication.name, missing));
    const sentence = `${name} does not publish ${listed(missing.map(tableName))}`;
    if (isManaged(context, publication.comment) && publication.ownedByUs)
      return [info(name, `${sentence}; the run adds it`, fix)];
    return [blocking(name, sentence, fix)];
  },

  'publication-operations': (context) => {
    const { publication } = context.source;
    const missing = publication ? unpublished(publication) : [];
    if (publication === null || missing.length === 0) return [];
    const name = `publication ${publication.name}`;
    const sentence = `${name} leaves out ${missing.join(', ')}: Materialize would show wrong data`;
    const fix = statements(publishEverything(publication.name));
    if (!isManaged(context, publication.comment)) return [blocking(name, sentence, fix)];
    return leftOutOf(publication, context.target.source).operations.length > 0
      ? [blocking(name, `${sentence}, ${PUT_BACK}`, repairCommand(context.spec.name))]
      : [info(name, `${sentence}; the run mends it`, fix)];
  },

  'publication-narrowed': (context) => {
    const { publication } = context.source;
    if (publication === null) return [];
    const name = `publication ${publication.name}`;
    const managed = isManaged(context, publication.comment);
    const lost = leftOutOf(publication, context.target.source).tables;
    const narrow = narrowed(context.tables, publication).map((table) => {
      const sentence = `${name} leaves out rows or columns of ${tableName(table)}`;
      const fix = statements(
        alterPublicationDrop(publication.name, [table]),
        alterPublicationAdd(publication.name, [table]),
      );
      if (!managed) return blocking(name, sentence, fix);
      return isIn(lost, table)
        ? blocking(name, `${sentence}, ${PUT_BACK}`, repairCommand(context.spec.name))
        : info(name, `${sentence}; the run mends it`, fix);
    });
    const root = rootDifference(publication, context.upstream);
    if (root === null) return narrow;
    const fix = statements(publishByRoot(publication.name, root));
    if (!root) return [...narrow, blocking(name, `${name} publishes partitions under their parent's name`, fix)];
    const sentence = `${name} publishes partitions under their own names, and the file selects what they are of`;
    return [...narrow, managed ? info(name, `${sentence}; the run changes that`, fix) : blocking(name, sentence, fix)];
  },

  'publication-extra-tables': ({ source: { publication }, tables, removed }) => {
    if (publication === null || publication.allTables) return [];
    const extra = tablesNotWanted([...tables, ...removed], publication);
    if (extra.length === 0) return [];
    const name = `publication ${publication.name}`;
    const sentence = `${name} also publishes ${listed(extra.map(tableName))}, which Materialize decodes and throws away`;
    return [info(name, sentence, statements(alterPublicationDrop(publication.name, extra)))];
  },

  'publication-all-tables': ({ source: { publication } }) => {
    if (!publication?.allTables) return [];
    const name = `publication ${publication.name}`;
    const sentence = `${name} is FOR ALL TABLES: a new table without a primary key cannot be updated from its first day`;
    return [warning(name, sentence, 'publish the tables by name')];
  },
};
