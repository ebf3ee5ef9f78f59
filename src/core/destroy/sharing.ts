import { revokeSelect, revokeSelectOnFutureTables, revokeUsage } from '../objects/grants/statements';
import { unpublished } from '../objects/publication/differences';
import { alterPublicationDrop, publishOnly } from '../objects/publication/statements';
import { isIn } from '../objects/tables/find';
import type { PublicationFacts } from '../plan/facts';
import { isOurs } from '../plan/ownership';
import type { PipelineSpec } from '../spec/types';
import type { Added } from './added';
import { type Kept, keptFor, parted, readersOf } from './others';
import type { DestroySource, KnownUpstream } from './types';

type Known = Pick<KnownUpstream, 'added'>;
type Kind<K extends Added['kind']> = Extract<Added, { kind: K }>;
const ofKind = <K extends Added['kind']>({ added }: Known, kind: K) =>
  added.filter((entry): entry is Kind<K> => entry.kind === kind);

/** The recorded privileges that are still held. */
export const grants = ({ held, others }: DestroySource) => parted(held, others);

/** The recorded addresses that are still allowed. */
export const addresses = ({ neon, others }: DestroySource, known: Known) =>
  parted(
    ofKind(known, 'ip').filter(({ cidr }) => neon?.allowedIps.includes(cidr)),
    others,
  );

/** Null where nobody else needs the file's role. */
export const roleKept = ({ source }: PipelineSpec, { others }: DestroySource): Kept | null =>
  keptFor({ kind: 'role', name: source.role.name }, others);

/** What somebody else's publication publishes because of us, and still does. */
export function published(spec: PipelineSpec, { publication, others }: DestroySource, known: Known) {
  if (publication === null || isOurs(publication.comment, spec.name)) return parted<Added>([], others);
  const here = <E extends { publication: string }>(entry: E) => entry.publication === publication.name;
  const put = ofKind(known, 'published').filter((entry) => here(entry) && isIn(publication.tables, entry));
  const operations = ofKind(known, 'operations').filter(
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

/** The statement that takes one recorded privilege back; null for what is no privilege. */
export function revoke(added: Added): string | null {
  switch (added.kind) {
    case 'usage':
      return revokeUsage(added.schema, added.role);
    case 'select':
      return revokeSelect([added], added.role);
    case 'future':
      return revokeSelectOnFutureTables(added.owner, added.schema, added.role);
    default:
      return null;
  }
}
