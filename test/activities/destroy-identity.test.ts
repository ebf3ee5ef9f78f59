import { Client } from 'pg';
import { restoreIdentity } from '../../src/activities/replica-identity';
import { removePublication, unpublish } from '../../src/activities/publication';
import { destroyReport } from '../../src/core/destroy/report';
import type { DestroyReport } from '../../src/core/destroy/types';
import type { PipelineSpec } from '../../src/core/spec/types';
import { lookAt, OWNER, perform, pipeline, setUp, startShared, type Shared } from './support/server';

jest.setTimeout(120_000);

describe.each([14, 18] as const)('on PostgreSQL %i,', (version) => {
  let shared: Shared;
  beforeAll(async () => {
    shared = await startShared({ version });
    await shared.sql('CREATE ROLE materialize LOGIN REPLICATION');
  }, 120_000);
  afterAll(() => shared?.stop());

  const identityOf = async (table: string): Promise<unknown> =>
    (
      await shared.sql(
        `SELECT c.relreplident::text || coalesce(' ' || (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
         WHERE i.indrelid = c.oid AND i.indisreplident), '') AS identity FROM pg_class c WHERE c.oid = '${table}'::regclass`,
      )
    )[0]?.identity;

  /** A table whose identity is an index; `key` is the rest of its columns. */
  async function tableByIndex(name: string, key = 'id int'): Promise<void> {
    await shared.sql(
      `CREATE TABLE ${name} (${key}, code text NOT NULL, note text); ALTER TABLE ${name} OWNER TO ${OWNER};
     CREATE UNIQUE INDEX ${name}_code ON ${name} (code) INCLUDE (note);
     ALTER TABLE ${name} REPLICA IDENTITY USING INDEX ${name}_code`,
    );
  }

  /** What a run does upstream about identity, from the plan to the proof. */
  async function takeDown(spec: PipelineSpec): Promise<DestroyReport> {
    const plan = await lookAt(shared, spec);
    await perform(shared, unpublish, spec, plan);
    const { outcome, sentence } = await perform(shared, restoreIdentity, spec, plan);
    await perform(shared, removePublication, spec, plan);
    const after = await lookAt(shared, spec, plan.known);
    return destroyReport(plan, after, 1, outcome === 'kept' ? { 'restore-identity': sentence } : {});
  }

  const left = ({ objects }: DestroyReport) =>
    objects.filter(({ object, fate }) => fate === 'left-behind' && object.startsWith('replica identity'));

  describe('an index that was the replica identity', () => {
    it('is it again', async () => {
      await tableByIndex('kept');
      const spec = pipeline('kept', ['kept']);
      await setUp(shared, spec);
      expect(await identityOf('kept')).toBe('f');
      expect(left(await takeDown(spec))).toEqual([]);
      expect(await identityOf('kept')).toBe('i kept_code');
    });

    it('is it again under its new name', async () => {
      await tableByIndex('renamed');
      const spec = pipeline('renamed', ['renamed']);
      await setUp(shared, spec);
      await shared.sql('ALTER INDEX renamed_code RENAME TO other; CREATE UNIQUE INDEX renamed_code ON renamed (note)');
      expect(left(await takeDown(spec))).toEqual([]);
      expect(await identityOf('renamed')).toBe('i other');
    });

    it('gives way to the primary key where it was dropped, which is reported, and the rest goes on', async () => {
      await tableByIndex('dropped', 'id int PRIMARY KEY');
      await tableByIndex('bare');
      await tableByIndex('fine');
      const spec = pipeline('dropped', ['dropped', 'bare', 'fine']);
      await setUp(shared, spec);
      await shared.sql('DROP INDEX dropped_code; DROP INDEX bare_code');
      const report = await takeDown(spec);
      expect(left(report)).toEqual([
        {
          object: 'replica identity of public.bare',
          fate: 'left-behind',
          why: expect.stringContaining('it logs nothing of the old row') as string,
          run: ['ALTER TABLE "public"."bare" REPLICA IDENTITY USING INDEX "bare_code";'],
        },
        {
          object: 'replica identity of public.dropped',
          fate: 'left-behind',
          why: expect.stringContaining('index dropped_code is gone') as string,
          run: ['ALTER TABLE "public"."dropped" REPLICA IDENTITY USING INDEX "dropped_code";'],
        },
      ]);
      expect([await identityOf('dropped'), await identityOf('bare'), await identityOf('fine')]).toEqual([
        'd',
        'd',
        'i fine_code',
      ]);
      expect((await lookAt(shared, spec)).steps.filter(({ id }) => id === 'restore-identity')).toEqual([]);
    });

    it('was gone before n2m came: no statement that is none', async () => {
      await tableByIndex('early', 'id int PRIMARY KEY');
      await shared.sql('DROP INDEX early_code');
      const spec = pipeline('early', ['early']);
      await setUp(shared, spec);
      expect(left(await takeDown(spec)).map(({ why, run }) => ({ why, run }))).toEqual([
        { why: expect.stringContaining('gone before n2m came') as string, run: [] },
      ]);
      expect(await identityOf('early')).toBe('d');
    });
  });

  describe('a table that cannot be given back', () => {
    it('stays full, is named with the reason, and stops no other', async () => {
      await tableByIndex('taken');
      await tableByIndex('mine');
      const spec = pipeline('taken', ['taken', 'mine']);
      await setUp(shared, spec);
      const plan = await lookAt(shared, spec);
      await perform(shared, unpublish, spec, plan);
      await shared.sql('ALTER TABLE taken OWNER TO postgres');
      const { outcome, sentence } = await perform(shared, restoreIdentity, spec, plan);
      expect({ outcome, sentence }).toEqual({
        outcome: 'kept',
        sentence: expect.stringMatching(/^public\.taken still logs full rows: .*must be owner/) as string,
      });
      expect([await identityOf('taken'), await identityOf('mine')]).toEqual(['f', 'i mine_code']);
      const report = destroyReport(plan, await lookAt(shared, spec, plan.known), 1, { 'restore-identity': sentence });
      expect(left(report)).toContainEqual({
        object: 'replica identity',
        fate: 'left-behind',
        why: sentence,
        run: ['ALTER TABLE "public"."taken" REPLICA IDENTITY USING INDEX "taken_code";'],
      });
    });

    it('waits for its lock behind the others, and no writer waits behind it', async () => {
      await tableByIndex('busy');
      await tableByIndex('idle');
      const spec = pipeline('busy', ['busy', 'idle']);
      await setUp(shared, spec);
      const plan = await lookAt(shared, spec);
      await perform(shared, unpublish, spec, plan);
      const holder = new Client({ connectionString: shared.server.superuserUrl.replace(/postgres$/, 'shop') });
      await holder.connect();
      await holder.query(`BEGIN; INSERT INTO busy VALUES (1, 'a')`);
      const restored = perform(shared, restoreIdentity, spec, plan);
      while ((await identityOf('idle')) !== 'i idle_code') await shared.sql('SELECT 1');
      await shared.sql(`SET lock_timeout = '5s'; INSERT INTO busy VALUES (2, 'b')`);
      expect(await identityOf('busy')).toBe('f');
      await holder.query('COMMIT');
      await holder.end();
      expect((await restored).outcome).toBe('dropped');
      expect(await identityOf('busy')).toBe('i busy_code');
    });

    it('whose updates somebody else publishes keeps full rows where nothing else identifies them any more', async () => {
      await tableByIndex('lent');
      await shared.sql(
        `CREATE PUBLICATION theirs FOR TABLE lent; ALTER PUBLICATION theirs OWNER TO ${OWNER}; INSERT INTO lent VALUES (1, 'a')`,
      );
      const spec = pipeline('lent', ['lent'], { publication: 'theirs' });
      await setUp(shared, spec);
      await shared.sql('DROP INDEX lent_code');
      const plan = await lookAt(shared, spec);
      expect(plan.steps.filter(({ id }) => id === 'restore-identity')).toMatchObject([
        {
          fate: 'keep',
          why: expect.stringContaining('published by theirs, and its updates would be refused') as string,
        },
      ]);
      await perform(shared, restoreIdentity, spec, plan);
      expect(await identityOf('lent')).toBe('f');
      await shared.sql(`UPDATE lent SET note = 'still works'`);
    });
  });
});
