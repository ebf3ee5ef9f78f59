import { unqualified } from '../systems/postgres/unqualified';
import { World, withSql } from '../e2e/support/world';
import { alone, aMallory } from './database/alone';
import { layTraps, TRAPPED, TRAPS } from './database/traps';
import { Attacked } from './start-workflows/started';
import { attack } from './tries';

jest.setTimeout(240_000);

const PATHS = ['"$user", public', 'public, pg_catalog'];

let world: World;
/** With a database for each trap. */
let attacked: Attacked;
/** The server's log; a statement of several lines is one entry. */
const said: string[] = [];
const codes: Record<string, number[]> = {};

/** All of a pipeline's life, as a person would lead it. */
async function live(file: string): Promise<number[]> {
  const ended: number[] = [];
  for (const args of [
    ['plan', file],
    ['apply', file, '--yes'],
    ['status', world.name],
    ['rotate', world.name, '--yes'],
    ['destroy', world.name, '--yes'],
  ]) {
    const { code, stderr } = await world.n2m(args);
    // A plan that has something to do ends with 3.
    if (code !== (args[0] === 'plan' ? 3 : 0)) said.push(`${args.join(' ')} ended with ${code}: ${stderr}`);
    ended.push(code);
  }
  return ended;
}

beforeAll(async () => {
  attacked = await Attacked.start();
  await aMallory(attacked);
});
afterAll(() => attacked?.stop());

beforeAll(async () => {
  const note = (line: string): void => {
    if (line.startsWith('\t') && said.length > 0) said.push(`${said.pop()}\n${line}`);
    else said.push(line);
  };
  const postgresSettings = { log_statement: 'all', log_line_prefix: '%a|%u|' };
  world = await World.start({ neon: { sampleOrders: 200, logicalReplication: true, postgresSettings, log: note } });
  await world.startWorker();
  await world.upstream(async (client) => {
    await client.query(`CREATE ROLE mallory LOGIN PASSWORD 'x'`);
    await client.query('GRANT CREATE ON SCHEMA public TO mallory');
  });
  const url = new URL(world.upstreamUrl());
  url.username = 'mallory';
  url.password = 'x';
  url.search = '?sslmode=no-verify';
  await withSql({ connectionString: url.href }, async (client) => {
    for (const statement of layTraps) await client.query(statement);
  });
  for (const path of PATHS) {
    await world.upstream((client) => client.query(`ALTER ROLE ${world.neon.owner} SET search_path = ${path}`));
    const file = await world.write((pipeline) => {
      const { database, tables, tls } = pipeline.source;
      const role = { name: `mz_${world.name}`, via: 'sql' };
      pipeline.source = { kind: 'postgres', url: 'env:N2M_SECRET_POSTGRES_URL', database, tables, tls, role };
    });
    codes[path] = await live(file);
  }
});
afterAll(() => world.stop());

/** Lines of sessions of the worker, which say `n2m` before the first bar. */
const ours = (): string[] => said.filter((line) => line.startsWith('n2m|'));
const sprung = (what: string): string[] => ours().filter((line) => TRAPPED.exec(line)?.[1] === what);

attack(
  'a role that may create in public',
  Object.fromEntries(
    (Object.keys(TRAPS) as (keyof typeof TRAPS)[]).map((name, index) => [
      name,
      async () => {
        expect(sprung(name).slice(0, 3)).toEqual([]);
        // Where it is the only trap, so that no other one hides it; and it is one: without the guard it springs.
        const { guarded, bare } = await alone(attacked, name, `trap_${index}`);
        expect(guarded).toEqual([]);
        expect(bare).toContain('owner');
      },
    ]),
  ) as Record<keyof typeof TRAPS, () => Promise<void>>,
);

describe('while the traps are set', () => {
  it('a pipeline is planned, made, watched, rotated and taken away as ever', () => {
    expect({ codes, failed: said.filter((line) => / ended with /.test(line)) }).toEqual({
      codes: Object.fromEntries(PATHS.map((path) => [path, [3, 0, 0, 0, 0]])),
      failed: [],
    });
  });

  it('whoever names no schema runs them, all at once', async () => {
    const before = said.length;
    await world.upstream((client) =>
      client.query(
        `SET search_path = public, pg_catalog; SELECT obj_description(1, 'x'), count(*) FROM pg_publication`,
      ),
    );
    expect(said.slice(before).filter((line) => TRAPPED.test(line)).length).toBeGreaterThan(0);
  });

  it('nothing that reached the server left a name to the search path', () => {
    const statements = ours().flatMap(
      (line) => /LOG: {2}(?:statement|execute [^:]*): ([\s\S]*)$/.exec(line)?.[1] ?? [],
    );
    expect(statements.length).toBeGreaterThan(100);
    const bare = statements.flatMap((sql) => unqualified(sql).map((name) => `${name} in ${sql.slice(0, 200)}`));
    expect([...new Set(bare)]).toEqual([]);
    expect(statements.filter((sql) => /pg_terminate_backend\(\s*\d/.test(sql))).toEqual([]);
  });
});
