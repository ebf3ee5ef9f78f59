import type { Remedies, RepairLook } from '../../repair/types';
import { isIn } from '../tables/find';
import { leftOutOf, publicationDifferences, tablesToPublish } from './differences';

/** What it left out is not in the log for the source: it has to be copied again, and put right for what comes. */
export const publicationRemedies: Remedies = {
  remakes: ({ rule, severity }) =>
    rule === 'changes-left-out' || (rule === 'publication-missing' && severity === 'terminal'),
  copies: ['table-narrowed'],
  converges: ['publication-missing'],
  remake: ({ facts, source }) => {
    const { operations } = leftOutOf(facts.publication, source);
    return operations.length > 0 ? [`publication ${facts.publication?.name} leaves out ${operations.join(', ')}`] : [];
  },
  copy: ({ spec, facts, source }) => {
    const name = spec.source.publication;
    const narrow = leftOutOf(facts.publication, source).tables;
    const unpublished = facts.publication ? tablesToPublish(facts.tables, facts.publication) : [];
    return ({ upstream }) => {
      if (isIn(narrow, upstream)) return `publication ${name} leaves out rows or columns of it`;
      return isIn(unpublished, upstream) ? `it is not in publication ${name} any more` : null;
    };
  },
  converge,
};

function converge({ spec, source, facts }: RepairLook): string[] {
  const found = facts.publication;
  if (!found) return source ? [`publication ${spec.source.publication} does not exist`] : [];
  const copied = (source?.children ?? []).map(({ upstream }) => upstream).filter((table) => isIn(facts.tables, table));
  const upstream = facts.tables.filter((table) => isIn(copied, table));
  return publicationDifferences(copied, found, upstream).map(({ text }) => `publication ${found.name}: ${text}`);
}
