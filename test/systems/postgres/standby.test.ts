import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { grantLogRunning } from '../../../src/core/objects/logical-replication/statements';
import type { ComparedTable } from '../../../src/core/verify/types';
import { lsnDistance } from '../../../src/core/watch/lsn';
import {
  connectSource,
  countWaitingSlots,
  logRunning,
  readFlushedLsn,
  readMoment,
  readSlot,
  readSourceFacts,
  readSourceReading,
  readStandbyFacts,
  readUnreplayed,
} from '../../../src/systems/postgres';
import type { SqlClient } from '../../../src/systems/sql-client';
import { until } from '../../e2e/support/until';
import { sourceOf, startUpstream, type Upstream } from './upstream';

jest.setTimeout(120_000);

const TLS = { mode: 'disable', ca: null } as const;
const OPTIONS = { connectTimeoutMs: 20_000, deadlineMs: 20_000 };
const SLOT = 'materialize_0123456789abcdef0123456789abcdef';

describe.each([16, 17, 18] as const)('a standby of PostgreSQL %i and its primary', (version) => {
  let up: Upstream;
  let standby: PostgresServer;
  let replica: SqlClient;
  const open: SqlClient[] = [];

  const connect = async (url: string): Promise<SqlClient> => {
    const client = await connectSource({ url, tls: TLS }, OPTIONS);
    open.push(client);
    return client;
  };
  const asOwner = () => connect(`postgres://owner:owner-pass@127.0.0.1:${standby.port}/shop`);
  const asAdmin = () => connect(standby.superuserUrl.replace(/postgres$/, 'shop'));
  /** The standby has everything that its primary has written. */
  const caughtUp = async () => {
    const lsn = await readFlushedLsn(up.client);
    await until(async () => ((await readUnreplayed(replica, lsn)) <= 0n ? true : undefined), 'the standby to replay');
  };
  const pauseReplay = async (): Promise<SqlClient> => {
    const admin = await asAdmin();
    await admin.query('SELECT pg_wal_replay_pause()');
    await until(async () => {
      const [row] = await admin.query<{ paused: string }>('SELECT pg_get_wal_replay_pause_state() AS paused');
      return row?.paused === 'paused' ? true : undefined;
    }, 'the replay to pause');
    return admin;
  };
  const sent = (client: SqlClient, sql: string): Promise<unknown> => {
    const answer = client.query(sql);
    answer.catch(() => undefined);
    return answer;
  };

  beforeAll(async () => {
    up = await startUpstream(version, { autovacuum: 'off', log_statement: 'all', max_slot_wal_keep_size: '64MB' });
    await up.run(
      'CREATE TABLE orders (id int PRIMARY KEY, note text)',
      'ALTER TABLE orders REPLICA IDENTITY FULL',
      'CREATE PUBLICATION n2m_shop FOR TABLE orders',
      `INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 100) n`,
    );
    await up.sudo(`SELECT pg_create_physical_replication_slot('standby')`);
    standby = await startPostgres({
      standbyOf: up.server,
      settings: { hot_standby_feedback: 'on', primary_slot_name: 'standby', max_slot_wal_keep_size: '32MB' },
    });
    replica = await asOwner();
    await caughtUp();
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    await standby?.stop('immediate');
    await up?.stop();
  });

  it('are told as a pair: settings and slots of the standby, all else of the primary', async () => {
    expect(await readStandbyFacts(up.client, replica)).toEqual({
      ...{ standby: true, versionNum: expect.any(Number) as number, sameSystem: true },
      ...{ feedback: true, physicalSlot: 'standby', mayLogRunning: false },
    });
    const facts = await readSourceFacts(up.client, {
      ...{ pipeline: 'shop', source: sourceOf(['orders']), neon: null, replica },
      reachable: { host: standby.host, port: standby.port },
    });
    expect(facts).toMatchObject({
      ...{ standby: false, walLevel: 'logical', maxSlotWalKeepSize: String(32 * 1024 * 1024) },
      ...{ usedReplicationSlots: 0, slots: [], replica: { standby: true } },
    });
    expect(facts.publication?.tables).toHaveLength(1);
  });

  it('turned around, or of two systems, are told, too', async () => {
    expect(await readStandbyFacts(replica, up.client)).toMatchObject({ standby: false, sameSystem: true });
    // Servers of one version are made from one template here, and say so.
    const other = await startUpstream(version === 18 ? 17 : 18);
    try {
      expect(await readStandbyFacts(other.client, replica)).toMatchObject({ standby: true, sameSystem: false });
    } finally {
      await other.stop();
    }
  });

  it('a slot waits on the standby until an idle primary logs what runs, which is asked of it where the login may', async () => {
    const maker = await asAdmin();
    // A primary that is not idle logs it by itself: meanwhile nothing of it arrives.
    const admin = await pauseReplay();
    const made = sent(maker, `SELECT pg_create_logical_replication_slot('${SLOT}', 'pgoutput')`);
    await until(async () => ((await countWaitingSlots(replica)) === 1 ? true : undefined), 'the slot to wait');
    // Not allowed: nothing fails, and it is not asked.
    await logRunning(up.client);
    await up.sudo(grantLogRunning('owner'));
    expect(await readStandbyFacts(up.client, replica)).toMatchObject({ mayLogRunning: true });
    await logRunning(up.client);
    const asked = () => up.server.log().filter((line) => /SELECT pg_catalog\.pg_log_standby_snapshot\(\)/.test(line));
    await until(() => Promise.resolve(asked()[0]), 'the primary to be asked');
    expect(asked()).toHaveLength(1);
    expect(await countWaitingSlots(replica)).toBe(1);
    await admin.query('SELECT pg_wal_replay_resume()');
    await made;
    expect(await countWaitingSlots(replica)).toBe(0);
    expect(await readSlot(replica, SLOT)).toMatchObject({ exists: true, walStatus: 'reserved' });
  });

  it('are read in one check: what the standby lacks, while its replay is paused', async () => {
    const input = {
      ...{ slot: SLOT, publication: 'n2m_shop', role: 'materialize', replica },
      tables: [{ schema: 'public', name: 'orders' }],
    };
    const calm = await readSourceReading(up.client, input);
    expect(calm).toMatchObject({
      ...{ server: { standby: true }, slot: { exists: true }, publication: { exists: true } },
      pair: { primary: { standby: false }, sameSystem: true, feedback: true },
      maxSlotWalKeepSize: String(32 * 1024 * 1024),
    });
    const admin = await pauseReplay();
    await up.run(`UPDATE orders SET note = 'paused' WHERE id = 1`);
    const { pair } = await readSourceReading(up.client, input);
    expect(lsnDistance(pair?.replayedLsn ?? '', pair?.primary.flushedLsn ?? '')).toBeGreaterThan(0n);
    const lsn = await readFlushedLsn(up.client);
    expect(await readUnreplayed(replica, lsn)).toBeGreaterThan(0n);
    await admin.query('SELECT pg_wal_replay_resume()');
    await caughtUp();
  });

  it('rows are compared as of a place in the WAL that the standby had received', async () => {
    await up.run(`UPDATE orders SET note = 'seen' WHERE id = 2`);
    const written = await readFlushedLsn(up.client);
    await caughtUp();
    const table = {
      ...{ upstream: { schema: 'public', name: 'orders' }, partitioned: false, foreign: false },
    } as unknown as ComparedTable;
    const { value, lsn } = await readMoment(replica, table, 10_000, (ask) =>
      ask<{ note: string }>({ sql: 'SELECT note FROM public.orders WHERE id = 2', params: [] }),
    );
    expect(value).toEqual([{ note: 'seen' }]);
    // Where code of its owner would have to be kept out, a standby cannot: nothing of it is read.
    const foreign = readMoment(replica, { ...table, foreign: true }, 10_000, () => Promise.resolve(null));
    await expect(foreign).rejects.toMatchObject({ info: { message: expect.stringMatching(/recovery/) as string } });
    expect(lsn >= BigInt(String(lsnDistance('0/0', written)))).toBe(true);
  });

  it('a standby that gives no feedback loses its slot to a vacuum of the primary, and says why', async () => {
    const admin = await asAdmin();
    await admin.query('ALTER SYSTEM SET hot_standby_feedback = off');
    await admin.query('SELECT pg_reload_conf()');
    // What it asked for last its slot on the primary keeps until it says otherwise.
    await until(async () => {
      const [row] = await up.client.query<{ kept: boolean }>(
        `SELECT catalog_xmin IS NOT NULL AS kept FROM pg_replication_slots WHERE slot_name = 'standby'`,
      );
      return row?.kept === false ? true : undefined;
    }, 'the primary to keep nothing for the standby');
    const lost = await until(async () => {
      await up.sudo('CREATE TABLE gone (a int)', 'DROP TABLE gone', 'VACUUM pg_catalog.pg_class', 'CHECKPOINT');
      const slot = await readSlot(replica, SLOT);
      return slot.walStatus === 'lost' ? slot : undefined;
    }, 'the slot to be lost');
    expect(lost).toMatchObject({
      exists: true,
      invalidationReason: version === 16 ? 'conflict with recovery' : 'rows_removed',
    });
    expect((await readStandbyFacts(up.client, replica)).feedback).toBe(false);
  });

  it('a slot on the primary whose WAL is gone is in conflict with no standby', async () => {
    await up.sudo(`ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'`, 'SELECT pg_reload_conf()');
    await up.sudo(`SELECT pg_create_logical_replication_slot('left', 'pgoutput')`);
    const lost = await until(async () => {
      await up.sudo('CREATE TABLE gone (a int)', 'DROP TABLE gone', 'SELECT pg_switch_wal()', 'CHECKPOINT');
      const slot = await readSlot(up.client, 'left');
      return slot.walStatus === 'lost' ? slot : undefined;
    }, 'the slot to be lost');
    expect(lost.invalidationReason).toBe(version === 16 ? null : 'wal_removed');
  });
});
