import { addedBy } from '../core/destroy/added';
import { keptFor, reads } from '../core/destroy/others';
import { isOurs } from '../core/plan/ownership';
import { sameTable, tableName } from '../core/objects/tables/select';
import type { RemovedTable } from '../core/plan/types';
import type { PipelineSpec } from '../core/spec/types';
import { alterPublicationDrop } from '../core/sql/postgres';
import { readOwnPublications, readPublication } from '../systems/postgres';
import { forgetAdded } from './support/record';
import type { Deps } from './support/deps';
import { readOthers } from './destroy/others';
import type { SourceSession } from './support/sessions';

/**
 * Takes tables that left the file out of the publication: from somebody else's only what we put there, and from either
 * nothing that others read through it. Answers what stays, and why.
 */
export async function unpublishRemoved(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  removed: readonly RemovedTable[],
): Promise<string[]> {
  const { client } = session;
  const publication = await readPublication(client, spec.source.publication);
  if (!publication || publication.allTables) return [];
  const { name } = publication;
  const recorded = addedBy(await readOwnPublications(client, spec.name)).filter((added) => added.kind === 'published');
  const ours = isOurs(publication.comment, spec.name);
  const published = removed.filter(
    (table) =>
      publication.tables.some((there) => sameTable(there, table)) &&
      (ours || recorded.some((added) => added.publication === name && sameTable(added, table))),
  );
  const others = await readOthers(deps, spec, session, published.length > 0 ? 'database' : null, []);
  const whyKept = (table: RemovedTable): string | null => {
    // Of ours, who reads it is known; of somebody else's, who could not be told may read it, too.
    if (!ours)
      return (
        keptFor({ kind: 'published', publication: name, schema: table.schema, name: table.name }, others)?.why ?? null
      );
    const by = others.known.filter(
      (other) => other.near === 'database' && other.publication === name && reads(other, table),
    );
    return by.length === 0 ? null : `${by.map(({ who }) => who).join(', ')} reads it`;
  };
  const stay = published.flatMap((table) => {
    const why = whyKept(table);
    return why === null ? [] : [{ table, text: `${tableName(table)}, ${why}` }];
  });
  const isKept = (table: { schema: string; name: string }) => stay.some((one) => sameTable(one.table, table));
  const going = published.filter((table) => !isKept(table));
  if (going.length > 0) await client.query(alterPublicationDrop(name, going));
  // What stays is still ours to take back, by the destroy that finds nobody.
  await forgetAdded(
    client,
    spec.name,
    recorded.filter((added) => removed.some((table) => sameTable(added, table)) && !isKept(added)),
  );
  return stay.map(({ text }) => text);
}
