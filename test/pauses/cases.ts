import type { MaterializeServer } from '../../local/materialize/standin';
import { applied, type Kind } from '../e2e/support/destroyable';
import { catalogs, restorable, untilEqual } from '../e2e/support/compare';
import { changes, ended, planned, up } from '../e2e/support/live';
import { SQL_ROLE, type Since } from '../e2e/support/versions';
import { World } from '../e2e/support/world';
import { Writer } from '../e2e/support/writer';
import { FIRST, fileOf, LIVES, type Life } from '../e2e/life/lives';
import type { Line } from './journal';
import { throughPauses, type Pauses } from './paused';

/** What these runs go to: the two ways in which Materialize makes tables, and one that says from where it comes. */
export interface Servers {
  subsources: MaterializeServer;
  sourceTables: MaterializeServer;
}

/** A run that is led through pauses, and what has to be true after it. */
export interface Run {
  needs: Since | null;
  /** Into how many parts its changes are shared: a part takes about a minute for each of them. */
  parts: number;
  /** Whether workers also stand still right after each change: before the next one they have looked again. */
  after: boolean;
  perform: (servers: Servers, pauses: Pauses) => Promise<Line[]>;
}

const FEW = ['customers', 'Order Items'];

async function apply(servers: Servers, pauses: Pauses, sqlRole: boolean): Promise<Line[]> {
  const world = await World.start({
    sharedMaterialize: servers.sourceTables,
    neon: { sampleOrders: 200, logicalReplication: sqlRole },
  });
  return written(world, async () => {
    const file = await world.write((file) => {
      file.source.tables = FEW.map((table) => `public."${table}"`);
      if (sqlRole) file.source.role = { name: `mz_${world.name}`, via: 'sql' };
      file.verify = { every: '1h' };
    });
    const lines = await throughPauses(world, pauses, async () => void (await ended(world, ['apply', file, '--yes'])));
    await untilEqual(world, FEW);
    expect(changes(await planned(world, file))).toEqual([]);
    return lines;
  });
}

/** A pipeline that lives, and what happens to it, as where workers are killed. */
async function live(servers: Servers, pauses: Pauses, life: Life): Promise<Line[]> {
  const { branch, cluster = '', tables = FIRST } = life;
  const world = await World.start({
    sharedMaterialize: life.sourceTables ? servers.sourceTables : servers.subsources,
    neon: { sampleOrders: 200, protected: branch !== undefined },
  });
  const lead = async () => {
    await world.startWorker();
    await ended(world, ['apply', await fileOf(world, FIRST, { sqlRole: life.sqlRole }), '--yes']);
    await life.damage?.(world);
    await world.stopWorker();
    const file = await fileOf(world, tables, life);
    const lines = await throughPauses(world, pauses, () => life.run(world, file));
    await up(world, `UPDATE customers SET city = 'Graz' WHERE id % 5 = 0`, branch);
    await untilEqual(world, tables, { branch, cluster: `ingest_${world.name}${cluster}` });
    expect(changes(await planned(world, file))).toEqual([]);
    return lines;
  };
  return life.calm ? stopped(world, lead()) : written(world, lead);
}

async function destroy(servers: Servers, pauses: Pauses, kind: Kind): Promise<Line[]> {
  const { world, before } = await applied(kind, servers.sourceTables, (file) => (file.verify = { every: '1h' }));
  return written(world, async () => {
    const lines = await throughPauses(world, pauses, async () => {
      await ended(world, ['destroy', world.name, '--yes']);
    });
    expect(restorable(await catalogs(world))).toEqual(before);
    return lines;
  });
}

/** While the application writes, which nobody who stands still may hold up. */
async function written<T>(world: World, lead: () => Promise<T>): Promise<T> {
  let writer: Writer | null = null;
  try {
    writer = await Writer.start(world.upstreamUrl());
    const result = await lead();
    expect(await writer.stop()).toEqual([]);
    return result;
  } finally {
    await writer?.stop();
    await world.stop();
  }
}

const stopped = <T>(world: World, lead: Promise<T>): Promise<T> => lead.finally(() => world.stop());

/** Comparisons come with the first file of every other run; here they go. */
const COMPARISONS: Life = {
  patterns: [],
  damage: async (world) => {
    const file = await fileOf(world, FIRST, { edit: (file) => (file.verify = { every: '1h' }) });
    await ended(world, ['apply', file, '--yes']);
  },
  run: async (world, file) => void (await ended(world, ['apply', file, '--yes'])),
};

const lives = { ...LIVES, 'comparisons no longer wanted': COMPARISONS };

/** What is decided by an answer that a worker may not have read: what exists by then, and who knows the password. */
const AFTER = ['rotate, role by Neon', 'rotate, role by SQL', 'repair of a lost slot', 'another cluster'];

export const RUNS: Record<string, Run> = {
  apply: { ...{ needs: null, parts: 3, after: true }, perform: (servers, pauses) => apply(servers, pauses, false) },
  'apply, role by SQL': {
    ...{ needs: SQL_ROLE, parts: 3, after: true },
    perform: (servers, pauses) => apply(servers, pauses, true),
  },
  ...Object.fromEntries(
    Object.entries(lives).map(([title, life]): [string, Run] => [
      title,
      {
        ...{ needs: life.sqlRole ? SQL_ROLE : null, parts: 1, after: AFTER.includes(title) },
        perform: (servers, pauses) => live(servers, pauses, life),
      },
    ]),
  ),
  'destroy, role by Neon': {
    ...{ needs: null, parts: 2, after: true },
    perform: (servers, pauses) => destroy(servers, pauses, 'api'),
  },
  'destroy, role by SQL': {
    ...{ needs: SQL_ROLE, parts: 2, after: false },
    perform: (servers, pauses) => destroy(servers, pauses, 'sql'),
  },
  'destroy, publication of others': {
    ...{ needs: null, parts: 1, after: false },
    perform: (servers, pauses) => destroy(servers, pauses, 'adopted'),
  },
};
