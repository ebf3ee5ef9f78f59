import { addedBy } from '../core/destroy/added';
import { handOvers } from '../core/destroy/hand-overs';
import { reads } from '../core/destroy/other';
import { keptFor } from '../core/destroy/others';
import { readByOthers, unpublishing } from '../core/objects/publication/recorded';
import type { DestroyInput } from '../core/destroy/types';
import {
  GENERATED_SERVER,
  hasGenerated,
  lacksGenerated,
  narrowed,
  needsRoot,
  operationsOf,
  publicationDifferences,
  rootDifference,
  tablesToPublish,
  unpublished,
} from '../core/objects/publication/differences';
import { isIn } from '../core/objects/tables/find';
import { tableName } from '../core/objects/tables/select';
import type { PublicationFacts } from '../core/objects/publication/facts';
import type { TableFacts } from '../core/objects/tables/facts';
import { isOurs, writeMark } from '../core/plan/ownership';
import type { RemovedTable, StepResult } from '../core/plan/types';
import type { PipelineSpec } from '../core/spec/types';
import * as sql from '../core/sql/postgres';
import { plural } from '../core/text/count';
import * as pg from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import { withDestroySource } from './destroy/facts';
import { dropUnlessMore, handOver } from './destroy/hand-over';
import { readOthers } from './destroy/others';
import { provable } from './replica-identity';
import { APPLY, DESTROY, activity } from './support/activity';
import type { Deps } from './support/deps';
import { createAndLook, done, notHeld, still } from './support/ensure';
import { type StepInput, destroy, step } from './support/inputs';
import { forgetAdded, recordAdded } from './support/record';
import { type SourceSession, withSource } from './support/sessions';

/** Explicit tables only: a publication FOR ALL TABLES would break updates of the next table without a key. */
export const ensurePublication = activity({ input: step, callers: APPLY }, (deps, { spec, tables, planned }) => {
  const name = spec.source.publication;
  const object = `publication ${name}`;
  return withSource(deps, spec, async ({ client }) => {
    const look = () => pg.readPublication(client, name);
    const upstream = await pg.readTables(client, tables, null);
    const { versionNum } = await pg.readServer(client);
    const options = {
      generated: versionNum >= GENERATED_SERVER && upstream.some(hasGenerated),
      root: needsRoot(upstream),
    };
    const before = await provable(client, spec, tables);
    const create = () =>
      pg.changeProven(client, [sql.createPublication(name, tables, options)], tables, before.refused);
    const publication = (await look()) ?? (await createAndLook(create, look, object, 'source'));
    await recordForeign(client, spec, publication, tables);
    await alterPublication(client, publication, { tables, upstream });
    const after = await look();
    if (after === null || publicationDifferences(tables, after, upstream).length > 0) throw notHeld(object);
    if (planned === 'create' && !isOurs(after.comment, spec.name)) {
      await client.query(sql.commentOn('PUBLICATION', name, writeMark(spec.name)));
    }
    const outcome = planned === 'create' ? 'created' : 'changed';
    return done(outcome, object, `publishes ${plural(tables.length, 'table')}`);
  });
});

/** What somebody else's publication is about to get from us; one that has just been made lacks nothing. */
async function recordForeign(
  client: SqlClient,
  spec: StepInput['spec'],
  publication: PublicationFacts,
  tables: StepInput['tables'],
): Promise<void> {
  if (isOurs(publication.comment, spec.name)) return;
  const { name } = publication;
  await recordAdded(client, spec, [
    ...tablesToPublish(tables, publication).map((table) => ({
      ...{ kind: 'published' as const, publication: name, schema: table.schema, name: table.name },
    })),
    ...(unpublished(publication).length > 0
      ? [{ kind: 'operations' as const, publication: name, before: operationsOf(publication) }]
      : []),
  ]);
}

/** All of it at once, with the proof for every table it publishes then: other operations concern those of others, too. */
async function alterPublication(
  client: SqlClient,
  publication: PublicationFacts,
  { tables, upstream }: { tables: StepInput['tables']; upstream: TableFacts[] },
): Promise<void> {
  const { name } = publication;
  const root = rootDifference(publication, upstream);
  const line = await pg.readPublishedInLine(client, name, tables);
  // Through their root, one of a line hides the others: what is selected is what is published.
  const others = line.filter(({ wanted }) => !wanted);
  const inLine = line.filter(({ wanted }) => wanted);
  const missing = tablesToPublish(tables, publication).filter((table) => !isIn(inLine, table));
  const narrow = narrowed(tables, publication);
  const statements = [
    ...(others.length > 0 ? [sql.alterPublicationDrop(name, others)] : []),
    ...(root === null ? [] : [sql.publishByRoot(name, root)]),
    // In one transaction: nobody who reads the publication sees the table leave.
    ...(narrow.length > 0 ? [sql.alterPublicationDrop(name, narrow), sql.alterPublicationAdd(name, narrow)] : []),
    ...(lacksGenerated(upstream, publication) ? [sql.publishGenerated(name)] : []),
    ...(missing.length > 0 ? [sql.alterPublicationAdd(name, missing)] : []),
    ...(unpublished(publication).length > 0 ? [sql.publishEverything(name)] : []),
  ];
  if (statements.length === 0) return;
  const touched = [...publication.tables, ...missing];
  await pg.changeProven(client, statements, touched, (await pg.readWrites(client, touched)).refused);
}

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
  const publication = await pg.readPublication(client, spec.source.publication);
  if (!publication || publication.allTables) return [];
  const { name } = publication;
  const recorded = addedBy(await pg.readOwnPublications(client, spec.name)).filter(
    (added) => added.kind === 'published',
  );
  const recordedHere = recorded.filter((added) => added.publication === name);
  const ours = isOurs(publication.comment, spec.name);
  const published = removed.filter((table) => isIn(publication.tables, table) && (ours || isIn(recordedHere, table)));
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
  const kept = stay.map(({ table }) => table);
  const going = published.filter((table) => !isIn(kept, table));
  if (going.length > 0) await client.query(sql.alterPublicationDrop(name, going));
  // What stays is still ours to take back, by the destroy that finds nobody.
  await forgetAdded(
    client,
    spec.name,
    recorded.filter((added) => isIn(removed, added) && !isIn(kept, added)),
  );
  return stay.map(({ text }) => text);
}

/** Empties our publications, which stay, because their comments are the record of what is left to do; see `unpublishing`. */
export const unpublish = activity({ input: destroy, callers: DESTROY }, (deps, { spec, plan }) => {
  const name = spec.source.publication;
  return withDestroySource(deps, { spec, plan }, 'database', async ({ client }, look) => {
    const due = async () => {
      const { found, known } = await look();
      return unpublishing(spec, found, known);
    };
    for (const statement of await due()) await client.query(statement);
    if ((await due()).length > 0) throw still(`what publication ${name} publishes for us`);
    return done('dropped', `publication ${name}`, 'nothing is published for this pipeline any more');
  });
});

/** The file's, if it is ours. Last of all upstream: with it the record goes. */
export const removePublication = activity({ input: destroy, callers: DESTROY }, (deps, input) => {
  const name = input.spec.source.publication;
  return dropPublications(deps, input, `publication ${name}`, (found) => found === name);
});

/** Every other publication of ours. */
export const removeRecord = activity({ input: destroy, callers: DESTROY }, (deps, input) => {
  return dropPublications(deps, input, 'the record', (found) => found !== input.spec.source.publication);
});

function dropPublications(
  deps: Deps,
  { spec, plan }: DestroyInput,
  object: string,
  wanted: (name: string) => boolean,
): Promise<StepResult> {
  return withDestroySource(deps, { spec, plan }, 'project', async (session, look) => {
    const { client } = session;
    const { found, known } = await look();
    const kept = readByOthers(found).map(({ publication }) => publication.name);
    const there = async () =>
      (await pg.readOwnPublications(client, spec.name)).filter(({ name }) => wanted(name) && !kept.includes(name));
    const going = await there();
    if (going.length > 0) await handOver(deps, spec, session, handOvers(spec, found, known));
    for (const { name } of going) {
      const more = await dropUnlessMore(client, spec.name, name, plan.known.added);
      if (more !== null) return done('kept', object, more);
    }
    if ((await there()).length > 0) throw still(object);
    return done('dropped', object, `${object} is gone`);
  });
}
