import type { Client } from 'pg';
import { digestOf, rowsWithin } from '../../../src/core/sql/verify/rows';
import { comparedTable } from '../../../src/core/verify/table';
import type { PartitionsReading, WatchMemory } from '../../../src/core/watch/types';
import { findRefused, readMoment, readVerifiable } from '../../../src/systems/postgres';
import { readPartitionChanges } from '../../../src/systems/postgres/tables/partition-changes';
import { startUpstream, type Upstream } from '../../systems/postgres/upstream';

/** Tables of somebody who is not n2m's login, in the database that n2m reads; what runs there says as whom. */
export interface Mallory {
  up: Upstream;
  run(...statements: string[]): Promise<void>;
  /** Everything of n2m that reads rows of a table upstream: what each said, and who ran code meanwhile. */
  read(name: string, meanwhile?: string): Promise<{ ran: string[]; failed: string[] }>;
  /** By a statement that nothing guards, so that a trap is known to be one. */
  unguarded(name: string): Promise<string[]>;
  stop(): Promise<void>;
}

const RAN = /^ran as (\w+)$/;
const schema = 'public';

/** A function that counts as immutable, and does what no immutable function does. */
const CODE = [
  `CREATE FUNCTION public.note(n int) RETURNS int LANGUAGE plpgsql AS
     $$ BEGIN RAISE NOTICE 'ran as %', current_user; RETURN n; END $$`,
  `CREATE FUNCTION public.spy(n int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT public.note($1)'`,
];

export async function aMallory(version: 14 | 18): Promise<Mallory> {
  const up = await startUpstream(version);
  await up.sudo(`CREATE ROLE mallory LOGIN PASSWORD 'mallory-pass'`, 'GRANT mallory TO owner');
  await up.run('GRANT ALL ON SCHEMA public TO mallory');
  const theirs = await up.login(`postgres://mallory:mallory-pass@127.0.0.1:${up.port}/shop`);
  const run: Mallory['run'] = async (...statements) => {
    for (const text of statements) await theirs.query(text);
  };
  await run(...CODE);

  async function verify(name: string, meanwhile?: string): Promise<void> {
    const source = await readVerifiable(up.client, { schema, name });
    if (source === null) throw new Error(`no table ${name}`);
    const materialize = source.columns.map((column) => ({ name: column.name, type: 'integer' }));
    const target = { database: 'materialize', schema, name };
    const { table } = comparedTable({ upstream: { schema, name }, target, source, materialize });
    if (meanwhile !== undefined) await run(meanwhile);
    await readMoment(up.client, table, 10_000, async (ask) => {
      const all = { after: null, upTo: null };
      const by = table.key ?? [{ name: 'id', type: 'int4' }];
      await ask(digestOf({ ...table, key: by }, all));
      return ask(rowsWithin({ ...table, key: by }, 'source', all, 'values'));
    });
  }
  const refused = (name: string): Promise<unknown> =>
    findRefused(up.client, { schema, name }, { why: 'bounds', value: '[0:1]={1,2}', type: 'array' }, []);
  /** As a check after one that knew of other partitions. */
  async function partitions(name: string): Promise<void> {
    const before = await readPartitionChanges(up.client, [{ schema, name }], null);
    if (before === null) return;
    const parents = before.parents.map((parent) => ({ ...parent, leaves: 'others' }));
    const memory = { partitions: { ...before, parents } satisfies PartitionsReading } as unknown as WatchMemory;
    await readPartitionChanges(up.client, [{ schema, name }], memory);
  }

  return {
    ...{ up, run },
    async read(name, meanwhile) {
      const said = up.client.notices.length;
      const failed: string[] = [];
      for (const work of [() => verify(name, meanwhile), () => refused(name), () => partitions(name)])
        await work().catch((error: Error) => failed.push(error.message));
      return { ran: ranIn(up.client.notices.slice(said).map(({ message }) => message)), failed };
    },
    async unguarded(name) {
      const session: Client = await up.session();
      const said: (string | undefined)[] = [];
      session.on('notice', ({ message }) => said.push(message));
      // A cast to text as well, which a type may have one of its own for.
      await session.query(`SELECT t.*, lists::text FROM public."${name}" AS t WHERE id > 0`);
      return ranIn(said);
    },
    async stop() {
      await up.stop();
    },
  };
}

const ranIn = (notices: readonly (string | undefined)[]): string[] =>
  notices.flatMap((message) => RAN.exec(message ?? '')?.[1] ?? []);

const PLAIN = (name: string): string[] => [
  `CREATE TABLE public."${name}" (id int NOT NULL UNIQUE, lists int[], more int[])`,
  `INSERT INTO public."${name}" VALUES (1, '{1}', '{1}'), (2, '[0:1]={1,2}', NULL)`,
];

/** Where the owner of a table can put code that a read of it runs: what makes the table, and what puts the code there. */
export const HIDING_PLACES: Record<string, { table: (name: string) => string[]; code: (name: string) => string[] }> = {
  index: {
    table: PLAIN,
    code: (name) => [`CREATE INDEX ON public."${name}" (id) WHERE public.spy(1) = id`],
  },
  statistics: {
    table: PLAIN,
    code: (name) => [
      `CREATE STATISTICS public."${name} s" ON (id + public.spy(1)), id FROM public."${name}"`,
      `ANALYZE public."${name}"`,
    ],
  },
  policy: {
    table: PLAIN,
    code: (name) => [
      `ALTER TABLE public."${name}" ENABLE ROW LEVEL SECURITY`,
      `ALTER TABLE public."${name}" FORCE ROW LEVEL SECURITY`,
      `CREATE POLICY p ON public."${name}" USING (public.note(id) = id)`,
    ],
  },
  view: {
    table: PLAIN,
    code: (name) => [
      `DROP TABLE public."${name}"`,
      `CREATE VIEW public."${name}" AS SELECT public.note(1) AS id, '{1}'::int[] AS lists, '{1}'::int[] AS more`,
      `GRANT SELECT ON public."${name}" TO owner`,
    ],
  },
  'check of a partition': {
    table: (name) => [
      `CREATE TABLE public."${name}" (id int NOT NULL, lists int[], more int[]) PARTITION BY RANGE (id)`,
      `CREATE TABLE public."${name} 1" PARTITION OF public."${name}" FOR VALUES FROM (0) TO (1000)`,
      `INSERT INTO public."${name}" VALUES (1, '{1}', '{1}')`,
    ],
    code: (name) => [`ALTER TABLE public."${name} 1" ADD CHECK (public.spy(0) < id)`],
  },
  'index of a partition': {
    table: (name) => [
      `CREATE TABLE public."${name}" (id int NOT NULL, lists int[], more int[]) PARTITION BY RANGE (id)`,
      `CREATE TABLE public."${name} 1" PARTITION OF public."${name}" FOR VALUES FROM (0) TO (1000)`,
      `INSERT INTO public."${name}" VALUES (1, '{1}', '{1}')`,
    ],
    code: (name) => [`CREATE INDEX ON public."${name} 1" (id) WHERE public.spy(1) = id`],
  },
  'partition key': {
    table: (name) => [
      `CREATE TABLE public."${name}" (id int NOT NULL, lists int[], more int[]) PARTITION BY RANGE ((id + public.spy(1)))`,
      `CREATE TABLE public."${name} 1" PARTITION OF public."${name}" FOR VALUES FROM (0) TO (1000)`,
      `INSERT INTO public."${name}" VALUES (1, '{1}', '{1}')`,
    ],
    code: () => [],
  },
  cast: {
    table: (name) => [
      `CREATE TYPE public."${name} t" AS ENUM ('a')`,
      `CREATE FUNCTION public."${name} f"(public."${name} t"[]) RETURNS text LANGUAGE plpgsql AS
         $$ BEGIN PERFORM public.note(1); RETURN 'x'; END $$`,
      `CREATE TABLE public."${name}" (id int NOT NULL UNIQUE, more int[], lists public."${name} t"[])`,
      `INSERT INTO public."${name}" VALUES (1, '{1}', '{a}')`,
    ],
    code: (name) => [
      `CREATE CAST (public."${name} t"[] AS text) WITH FUNCTION public."${name} f"(public."${name} t"[])`,
    ],
  },
};
