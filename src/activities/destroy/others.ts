import { DEADLINE } from '../../core/budgets';
import { othersIn, type Evidence, type ReaderFound, type WatchFound } from '../../core/destroy/evidence';
import type { Near } from '../../core/destroy/other';
import { NOBODY, type Others } from '../../core/destroy/others';
import type { PipelineSpec } from '../../core/spec/types';
import { toSystemError } from '../../systems/errors';
import * as mz from '../../systems/materialize';
import type { UpstreamConnection } from '../../systems/materialize';
import * as pg from '../../systems/postgres';
import { addressOf, parsePostgresUrl } from '../../systems/postgres-url';
import type { Deps } from '../support/deps';
import { withMaterialize, type SourceSession } from '../support/sessions';
import { placeOf, readProject, readServer } from './other-places';
import { readOtherWatches, type OtherWatch } from './other-watches';

/**
 * Who else reads from the same database, server or project, as far as `reach`: by the marks of other pipelines, their files in
 * Temporal, and the connections and sources of Materialize. What cannot be read is said, never taken for nobody.
 */
export async function readOthers(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  reach: Near | null,
  ownSlots: readonly (string | null)[],
): Promise<Others> {
  if (reach === null) return NOBODY;
  const until = Date.now() + DEADLINE.others;
  const database = { near: 'database' as const, branch: null, database: spec.source.database };
  const evidence: Evidence = {
    ...{ watches: [], readers: [], elsewhere: [], slots: [], sealed: [], unread: [] },
    marks: (await pg.readMarks(session.client, spec.name)).map((mark) => ({ ...mark, place: database })),
  };
  await addReaders(deps, spec, session, reach, evidence);
  await addWatches(deps, spec, session, until, evidence);
  if (reach !== 'database') add(evidence, await readServer(deps, spec, session, until));
  if (reach === 'project') {
    const active = await pg.readActiveSlots(await session.replica());
    evidence.slots.push(...active.map(({ slot }) => slot).filter((slot) => !ownSlots.includes(slot)));
    // Other branches are woken only where nobody is known yet.
    if (othersIn(evidence).known.length === 0) add(evidence, await readProject(deps, spec, session, until));
  }
  return othersIn(evidence);
}

function add(evidence: Evidence, more: Pick<Evidence, 'marks' | 'slots' | 'unread'>): void {
  evidence.marks.push(...more.marks);
  evidence.slots.push(...more.slots);
  evidence.unread.push(...more.unread);
}

/** What Materialize reads from our server, but for our own source. */
async function addReaders(
  deps: Deps,
  spec: PipelineSpec,
  { access, neon }: SourceSession,
  reach: Near,
  evidence: Evidence,
): Promise<void> {
  const { source } = spec;
  const project =
    reach === 'project' && neon && source.kind === 'neon'
      ? (await neon.listComputes(source.project)).map(({ host }) => host.toLowerCase())
      : [];
  const { host } = access.reachable;
  // A standby has what its primary has.
  const urls = [access.ownerUrl, access.replicaUrl].map((url) => parsePostgresUrl(url, 'source'));
  const own = [access.reachable, ...urls].map(addressOf);
  const near = (one: UpstreamConnection): Near | null => {
    const there = one.host.toLowerCase();
    // Locally several servers share a host and differ by port.
    if (own.includes(addressOf(one))) return one.database === source.database ? 'database' : 'server';
    return project.includes(there) && there !== host.toLowerCase() ? 'project' : null;
  };
  await withMaterialize(deps, spec, async (client) => {
    for (const connection of await mz.readUpstreamConnections(client)) {
      const where = near(connection);
      const others = connection.sources.filter((one) => !isOwn(spec, one));
      if (where === null) {
        if (connection.pipeline !== null) evidence.elsewhere.push(connection.pipeline);
        continue;
      }
      const reader = (who: string, of: Partial<ReaderFound>): ReaderFound => ({
        ...{ who, pipeline: connection.pipeline, near: where, role: connection.user, publication: '', tables: [] },
        ...of,
      });
      if (!isOwn(spec, connection)) evidence.readers.push(reader(`connection ${connection.name} in Materialize`, {}));
      for (const { id, name, pipeline, publication } of others) {
        const tables = await mz.readUpstreamTables(client, id);
        evidence.readers.push(reader(`source ${name} in Materialize`, { pipeline, publication, tables }));
      }
    }
  });
}

const isOwn = ({ name, materialize }: PipelineSpec, item: { name: string; pipeline: string | null }): boolean => {
  const { database, schema, names } = materialize;
  const own = [names.connection, names.source].map((one) => `${database}.${schema}.${one}`);
  return item.pipeline === name || (item.pipeline === null && own.includes(item.name));
};

async function addWatches(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  until: number,
  evidence: Evidence,
): Promise<void> {
  const { watches, all } = await readOtherWatches(deps.schedules, spec.name, until);
  if (!all) evidence.unread.push({ what: 'not every schedule of Temporal was looked at', near: 'database' });
  const { source } = spec;
  let listed: ReturnType<NonNullable<SourceSession['neon']>['listBranches']> | null = null;
  const branches = async () =>
    session.neon && source.kind === 'neon' ? (listed ??= session.neon.listBranches(source.project)) : [];
  for (const watch of watches) {
    if (watch.sealed !== null) evidence.sealed.push({ pipeline: watch.pipeline, why: watch.sealed });
    else evidence.watches.push(...(await placed(deps, spec, session, watch, branches, evidence)));
  }
}

async function placed(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  watch: Extract<OtherWatch, { sealed: null }>,
  branches: Parameters<typeof placeOf>[4],
  { sealed }: Evidence,
): Promise<WatchFound[]> {
  const { pipeline, spec: theirs } = watch;
  const { role, publication, tables, kind } = theirs.source;
  try {
    const place = await placeOf(deps, spec, session, watch, branches);
    return [{ pipeline, place, role, neon: kind === 'neon', publication, tables }];
  } catch (error) {
    sealed.push({ pipeline, why: toSystemError(error, 'source', 'its address').info.message });
    return [];
  }
}
