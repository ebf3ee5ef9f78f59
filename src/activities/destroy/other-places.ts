import type { Evidence, MarkFound, Place, WatchFound } from '../../core/destroy/evidence';
import type { Near } from '../../core/destroy/other';
import type { Unread } from '../../core/destroy/others';
import type { PipelineSpec } from '../../core/spec/types';
import { toSystemError } from '../../systems/errors';
import * as pg from '../../systems/postgres';
import { addressOf, parsePostgresUrl } from '../../systems/postgres-url';
import { withClient, type SqlClient } from '../../systems/sql-client';
import type { Deps } from '../support/deps';
import { connectOptions, needNeon, withDatabase, type SourceSession } from '../support/sessions';

const CONNECT_MS = 8_000;
const STATEMENT_MS = 10_000;
const DATABASES = 50;
const BRANCHES = 20;
const AT_ONCE = 4;

type Found = Pick<Evidence, 'marks' | 'slots' | 'unread'>;

/** A session in another database of our server or project, with the login that owns it. */
export async function withPlace<T>(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  { branch, database }: Pick<Place, 'branch' | 'database'>,
  use: (client: SqlClient) => Promise<T>,
): Promise<T> {
  if (branch === null && database === spec.source.database) return use(session.client);
  const url =
    branch === null
      ? withDatabase(session.access.ownerUrl, database)
      : await urlOn(deps, spec, session, branch, database);
  const options = { ...connectOptions(deps), connectTimeoutMs: CONNECT_MS, deadlineMs: STATEMENT_MS };
  return withClient(pg.connectSource({ url, tls: spec.source.tls }, options), use);
}

async function urlOn(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  branchId: string,
  database: string,
): Promise<string> {
  const { neon, project } = needNeon(spec, session);
  const role = await neon.databaseOwner(project, branchId, database);
  const { url } = await neon.connectionUri({ project, branchId, database, role });
  deps.secrets.remember(url);
  return url;
}

/** Marks in the other databases of our server. */
export async function readServer(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  until: number,
): Promise<Found> {
  const databases = await pg.listOtherDatabases(session.client);
  return readDatabases(deps, spec, session, {
    ...{ near: 'server', branch: null, until },
    databases: databases.map(({ name, open }) => ({ name, open })),
  });
}

interface Databases {
  near: Near;
  branch: string | null;
  databases: { name: string; open: boolean }[];
  until: number;
}

async function readDatabases(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  { near, branch, databases, until }: Databases,
): Promise<Found> {
  const found: Found = { marks: [], slots: [], unread: [] };
  const where = branch === null ? '' : ` of branch ${branch}`;
  const unread = (what: string) => found.unread.push({ what, near });
  if (databases.length > DATABASES) unread(`${databases.length - DATABASES} more databases${where} were not looked at`);
  await each(databases.slice(0, DATABASES), async ({ name, open }) => {
    const database = `database ${name}${where}`;
    if (!open) return void unread(`${database} may not be connected to`);
    if (Date.now() >= until) return void unread(`${database} was not looked at: time was up`);
    try {
      found.marks.push(
        ...(await withPlace(deps, spec, session, { branch, database: name }, (client) =>
          marksOf(client, spec, { near, branch, database: name }),
        )),
      );
    } catch (error) {
      unread(`${database} could not be read: ${toSystemError(error, 'source', name).info.message}`);
    }
  });
  return found;
}

/** On another branch only where Materialize has a slot: the publications there are copies of their parent's. */
async function marksOf(client: SqlClient, { name }: PipelineSpec, place: Place): Promise<MarkFound[]> {
  if (place.branch !== null && !(await pg.hasMaterializeSlot(client))) return [];
  return (await pg.readMarks(client, name)).map((mark) => ({ ...mark, place }));
}

/** Marks and readers on the project's other branches. Wakes their computes. */
export async function readProject(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  until: number,
): Promise<Found> {
  const { neon, branchId, project } = needNeon(spec, session);
  const found: Found = { marks: [], slots: [], unread: [] };
  const computes = (await neon.listComputes(project)).filter((one) => one.writes && one.branchId !== branchId);
  if (computes.length > BRANCHES)
    found.unread.push({ what: `${computes.length - BRANCHES} more branches were not looked at`, near: 'project' });
  await each(computes.slice(0, BRANCHES), async ({ branchId: branch, disabled }) => {
    const unread = (why: string): Unread => ({ what: `branch ${branch} could not be read: ${why}`, near: 'project' });
    if (disabled) return void found.unread.push(unread('its compute is disabled'));
    if (Date.now() >= until) return void found.unread.push(unread('time was up'));
    try {
      const databases = (await neon.listDatabases(project, branch)).map(({ name }) => ({ name, open: true }));
      const there = await readDatabases(deps, spec, session, { near: 'project', branch, databases, until });
      found.marks.push(...there.marks);
      found.unread.push(...there.unread);
      const [first] = databases;
      if (!first) return;
      const slots = await withPlace(deps, spec, session, { branch, database: first.name }, pg.readActiveSlots);
      found.slots.push(...slots.map(({ slot, database }) => `${slot} of database ${database} on branch ${branch}`));
    } catch (error) {
      found.unread.push(unread(toSystemError(error, 'neon', branch).info.message));
    }
  });
  return found;
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const one = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** Where a file of another pipeline leads, seen from ours; null: to another server and project, as far as is known. */
export async function placeOf(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  other: { spec: PipelineSpec; taskQueue: string },
  branches: () => Promise<{ id: string; name: string; default: boolean }[]>,
): Promise<WatchFound['place']> {
  const theirs = other.spec.source;
  const near = (sameServer: boolean): Near =>
    !sameServer ? 'project' : theirs.database === spec.source.database ? 'database' : 'server';
  if (theirs.kind === 'neon') {
    if (spec.source.kind !== 'neon' || theirs.project !== spec.source.project) return null;
    const all = await branches();
    const branch = all.find((one) =>
      theirs.branch === null ? one.default : one.id === theirs.branch || one.name === theirs.branch,
    );
    const id = branch?.id ?? theirs.branch ?? '';
    const same = id === session.access.branchId;
    return { near: near(same), branch: same ? null : id, database: theirs.database };
  }
  // Another queue's workers have other secrets under the same names: marks and Materialize tell of those.
  const told = theirs.reachableAt !== null && theirs.primary === undefined;
  if (!told && other.taskQueue !== deps.taskQueue) return 'untold';
  const addresses = [
    theirs.reachableAt ?? parsePostgresUrl(await deps.secrets.resolve(theirs.url, 'postgres-url'), 'source'),
    // Roles, privileges and publications are those of its primary.
    ...(theirs.primary === undefined
      ? []
      : [parsePostgresUrl(await deps.secrets.resolve(theirs.primary, 'postgres-url'), 'source')]),
  ];
  const { reachable, ownerUrl, replicaUrl } = session.access;
  const own = [reachable, parsePostgresUrl(ownerUrl, 'source'), parsePostgresUrl(replicaUrl, 'source')].map(addressOf);
  const same = addresses.some((one) => own.includes(addressOf(one)));
  return same ? { near: near(true), branch: null, database: theirs.database } : null;
}
