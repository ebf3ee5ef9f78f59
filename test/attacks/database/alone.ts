import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { SqlPools } from '../../../src/systems/sql-pool';
import { until } from '../../e2e/support/until';
import type { Attacked } from '../start-workflows/started';
import { layTrap, TRAPPED, type TRAPS } from './traps';

const MALLORY = { user: 'mallory', password: 'mallory-password-4711' };

/** Once, before databases are made. */
export const aMallory = (attacked: Attacked): Promise<unknown> =>
  attacked.upstream([`CREATE ROLE mallory LOGIN PASSWORD '${MALLORY.password}'`], 'postgres');

/** Who ran a trap in a database that has this one alone, while n2m looked at it. */
export interface Sprung {
  guarded: string[];
  /** With nothing but the names that n2m's statements would have without their schemas, and the role's own search path. */
  bare: string[];
}

/** Has n2m plan and look what to take back in a database of its own, as ever and then without what keeps it from traps. */
export async function alone(attacked: Attacked, name: keyof typeof TRAPS, database: string): Promise<Sprung> {
  await attacked.upstream([`CREATE DATABASE ${database} OWNER owner`], 'postgres');
  await attacked.upstream(
    [
      'GRANT CREATE ON SCHEMA public TO mallory',
      'SET ROLE owner',
      'CREATE TABLE orders (id int PRIMARY KEY, note text)',
      'CREATE PUBLICATION theirs FOR TABLE orders',
      `COMMENT ON PUBLICATION theirs IS '{}'`,
    ],
    database,
  );
  await attacked.upstream([...layTrap(name)], database, MALLORY);
  const spec = attacked.spec();
  const own = { ...spec, source: { ...spec.source, database } };
  const look = async (): Promise<string[]> => {
    const env = { ...attacked.env };
    env.N2M_SECRET_POSTGRES_URL = (env.N2M_SECRET_POSTGRES_URL ?? '').replace(/shop$/, database);
    const pool = new SqlPools();
    const deps = { ...attacked.deps(attacked.secrets({ env })), pool };
    for (const work of [
      () => attacked.call('makePlan', { spec: own }, deps),
      () => attacked.call('planDestroy', { spec: own, leaveUpstream: false, known: null }, deps),
    ])
      // Without its guard it may well fail: what counts is whose code ran before.
      await work().catch((error: Error) => failures.push(error.message));
    await pool.close();
    const said = await saidSoFar(attacked);
    return said.flatMap((line) => {
      const [, what, user = ''] = TRAPPED.exec(line) ?? [];
      return what === name ? [user] : [];
    });
  };
  const failures: string[] = [];
  const guarded = await look();
  if (failures.length > 0) throw new Error(`n2m did not come through: ${failures.join('; ')}`);
  const undo = strip(attacked.postgres.port);
  try {
    return { guarded, bare: await look() };
  } finally {
    undo();
  }
}

/** The server's log up to now: a line of ours is behind all that was said before. */
async function saidSoFar(attacked: Attacked): Promise<readonly string[]> {
  const mark = `so far ${randomUUID()}`;
  await attacked.upstream([`DO $$ BEGIN RAISE LOG '${mark}'; END $$`], 'postgres');
  return until(() => {
    const lines = attacked.postgres.log();
    return Promise.resolve(lines.some((line) => line.includes(mark)) ? lines : undefined);
  }, 'the log');
}

/** Until undone, sessions with the server begin with a path that names `public` first, and no statement names the catalog. */
function strip(port: number): () => void {
  const query = Reflect.get(Client.prototype, 'query') as (this: Client, ...args: unknown[]) => unknown;
  const bare = (text: string): string =>
    /search_path = pg_catalog/.test(text) ? 'SET search_path = public, pg_catalog' : text.replaceAll('pg_catalog.', '');
  const spy = jest.spyOn(Client.prototype, 'query').mockImplementation(function (this: Client, ...args: unknown[]) {
    const [first, ...rest] = args;
    if (this.port !== port) return query.apply(this, args) as never;
    const text =
      typeof first === 'string'
        ? bare(first)
        : { ...(first as { text: string }), text: bare((first as { text: string }).text) };
    return query.apply(this, [text, ...rest]) as never;
  });
  return () => spy.mockRestore();
}
