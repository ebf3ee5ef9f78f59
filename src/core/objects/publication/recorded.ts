import { type Added, ofKind } from '../../destroy/added';
import { type Parted, parted, readersOf } from '../../destroy/others';
import type { DestroySource, KnownUpstream } from '../../destroy/types';
import type { PublicationFacts } from './facts';
import { isOurs } from '../../plan/ownership';
import type { PipelineSpec } from '../../spec/types';
import { isIn } from '../tables/find';
import { unpublished } from './differences';
import { alterPublicationDrop, publishOnly } from './statements';

type Known = Pick<KnownUpstream, 'added'>;

/** What somebody else's publication publishes because of us, and still does. */
export function published(spec: PipelineSpec, { publication, others }: DestroySource, { added }: Known): Parted<Added> {
  if (publication === null || isOurs(publication.comment, spec.name)) return parted<Added>([], others);
  const here = <E extends { publication: string }>(entry: E) => entry.publication === publication.name;
  const put = ofKind(added, 'published').filter((entry) => here(entry) && isIn(publication.tables, entry));
  const operations = ofKind(added, 'operations').filter(
    (entry) => here(entry) && unpublished(publication).length === 0 && entry.before !== '',
  );
  return parted<Added>([...put, ...operations.slice(0, 1)], others);
}

/** Publications of ours that a source of somebody else's reads: they stay as they are. */
export const readByOthers = ({ ours, others }: DestroySource): { publication: PublicationFacts; by: string[] }[] =>
  ours.flatMap((publication) => {
    const by = readersOf(publication.name, others);
    return by.length > 0 ? [{ publication, by }] : [];
  });

/** Our publications are emptied; somebody else's loses what we put there, and publishes what it did. */
export function unpublishing(spec: PipelineSpec, found: DestroySource, known: Known): string[] {
  const stay = readByOthers(found).map(({ publication }) => publication.name);
  const emptied = found.ours
    .filter(({ name, tables, allTables }) => tables.length > 0 && !allTables && !stay.includes(name))
    .map(({ name, tables }) => alterPublicationDrop(name, tables));
  const { take } = published(spec, found, known);
  const put = take.filter((entry) => entry.kind === 'published');
  const [before] = take.filter((entry) => entry.kind === 'operations');
  const name = spec.source.publication;
  return [
    ...emptied,
    ...(put.length > 0 ? [alterPublicationDrop(name, put)] : []),
    ...(before ? [publishOnly(name, before.before)] : []),
  ];
}
