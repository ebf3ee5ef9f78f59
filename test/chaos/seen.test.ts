import { join } from 'node:path';
import { Client } from 'pg';
import { catalogs, restorable } from '../e2e/support/compare';
import { ended, up } from '../e2e/support/live';
import { onStandIn, World } from '../e2e/support/world';
import { problemsIn } from './ending/judge';
import { Ledger } from './ending/ledger';
import { atRest, read } from './ending/look';

const TABLES = ['customers', 'orders', 'Order Items', 'events'];

onStandIn('tables to drop').it(
  'what the last look has to find is read from the servers: an object too many, one that is missing, a lock, a run, what is left',
  async () => {
    const world = await World.start({ neon: { sampleOrders: 200 } });
    const journal = join(world.dir, 'journal');
    const holder = new Client({ connectionString: world.upstreamUrl() });
    try {
      const before = restorable(await catalogs(world));
      await world.startWorker({ journal, answers: true });
      const file = await world.write();
      await ended(world, ['apply', file, '--yes']);
      const look = async (there: boolean, reads = read) => {
        const ledger = new Ledger(journal);
        await ledger.settle();
        const { lives } = ledger;
        return reads({ world, there, tables: TABLES, file: () => Promise.resolve(file), before, refused: [], lives });
      };
      const calm = await look(true, atRest);
      expect(problemsIn(calm)).toEqual([]);
      expect(calm.lives[0]?.done.filter((line) => line.startsWith('CREATE SOURCE'))).toHaveLength(1);

      await holder.connect();
      await holder.query('SELECT pg_advisory_lock(4711)');
      await up(world, `SELECT pg_create_logical_replication_slot('second', 'pgoutput')`);
      await world.target((client) => client.query(`DROP TABLE "${world.name}".events`));
      expect(problemsIn(await look(true))).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^still held upstream: advisory lock 4711/),
          '2 times: slot',
          'missing: table events',
          expect.stringMatching(/^a plan would still do /),
          expect.stringMatching(/^events is "not compared"/),
        ]),
      );
      expect(problemsIn(await look(false))).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^left behind: upstream.publications .*n2m_/),
          `left behind: schedule pipeline/${world.name}/watch`,
        ]),
      );
    } finally {
      await holder.end();
      await world.stop();
    }
  },
  600_000,
);
