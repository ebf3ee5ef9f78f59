import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { createSource, preparePipeline, prepareUpstream, slots, TestClient, until } from './standin-support';

const run = promisify(execFile);

let materialize: MaterializeServer;
let postgres: PostgresServer;
let upstream: TestClient;
let client: TestClient;
const opened: TestClient[] = [];
const lines: string[] = [];

const connect = async (user = 'materialize'): Promise<TestClient> => {
  const opening = await TestClient.connect(materialize.urlFor(user));
  opened.push(opening);
  return opening;
};

beforeAll(async () => {
  // One after the other: what has started is stopped even when the next does not start.
  postgres = await startPostgres({
    settings: { wal_level: 'logical', max_replication_slots: '40', max_wal_senders: '40' },
  });
  materialize = await startMaterialize({
    // What the newer release does otherwise: standin-versions.test.ts.
    version: '26.9',
    restartDelay: 300,
    statisticsInterval: 200,
    log: (line) => lines.push(line),
  });
  upstream = await prepareUpstream(postgres);
}, 120_000);

beforeEach(async () => {
  client = await connect();
  materialize.faults.clear();
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.end();
});

afterAll(async () => {
  await upstream?.end();
  await Promise.all([materialize?.stop(), postgres?.stop()]);
}, 60_000);

describe('a source made by hand', () => {
  it('makes the slot upstream, copies, streams, counts, and takes the slot with it when dropped', async () => {
    await preparePipeline(client, postgres, 'life');
    const tables = 'public.orders AS life.orders, public."Mixed Case" AS life."Mixed Case"';
    await client.query(createSource('life', tables));
    const [made] = await client.rows('SELECT replication_slot FROM mz_internal.mz_postgres_sources');
    await until('the slot is active', async () =>
      (await slots(upstream)).some((slot) => slot.slot_name === made?.replication_slot && slot.active === true),
    );
    // Waits for the snapshot, as Materialize does.
    expect(await client.value('SELECT count(*) FROM life.orders')).toBe('5000');
    expect(await client.rows('SELECT * FROM life."Mixed Case" ORDER BY id')).toEqual([
      { id: 1, v: 'a' },
      { id: 2, v: 'b' },
    ]);

    await upstream.query(`INSERT INTO orders SELECT i, 1, 'live' FROM generate_series(10001, 10100) i`);
    await upstream.query(`UPDATE orders SET note = 'changed' WHERE id <= 10; DELETE FROM orders WHERE id = 11`);
    await until('the changes arrive', async () => {
      const sql = `SELECT count(*) || '/' || count(*) FILTER (WHERE note = 'changed') FROM life.orders`;
      return (await client.value(sql)) === '5099/10';
    });
    await until('statistics say so', async () => {
      const rows = await client.rows(
        `SELECT s.name, st.snapshot_committed, st.snapshot_records_staged::text AS staged, st.messages_received::text AS messages
         FROM mz_internal.mz_source_statistics st JOIN mz_sources s ON s.id = st.id ORDER BY 1`,
      );
      const orders = rows.find((row) => row.name === 'orders');
      return orders?.snapshot_committed === true && orders.staged === '5000' && Number(orders.messages) >= 111;
    });
    const statuses = await client.rows(
      'SELECT name, type, status, error FROM mz_internal.mz_source_statuses ORDER BY 1',
    );
    expect(statuses).toEqual(
      ['Mixed Case', 'orders', 'src', 'src_progress'].map((name) => ({
        name,
        type: name === 'src' ? 'postgres' : name === 'src_progress' ? 'progress' : 'subsource',
        status: 'running',
        error: null,
      })),
    );

    expect(await client.refusal('DROP SOURCE life.src')).toMatchObject({
      code: 'XX000',
      message: 'cannot drop source "life.src": still depended upon by source "life.Mixed Case"',
    });
    await client.query('DROP SOURCE life.src CASCADE');
    expect(client.notices.at(-1)).toEqual({
      code: '00000',
      message: 'drop cascades to 3 other objects',
      detail: ['life.Mixed Case', 'life.orders', 'life.src_progress']
        .map((name) => `drop cascades to SOURCE "materialize.${name}"`)
        .join('\n'),
    });
    await until('the slot is gone', async () => (await slots(upstream)).length === 0);
    expect(await client.refusal('SELECT * FROM life.orders')).toMatchObject({
      message: `unknown catalog item 'life.orders'`,
    });
  });

  it('adds and drops tables of a running source, and carries on with the rest', async () => {
    await preparePipeline(client, postgres, 'add');
    await client.query(createSource('add'));
    expect(await client.value('SELECT count(*) > 0 FROM add.orders')).toBe(true);
    await client.query('ALTER SOURCE add.src ADD SUBSOURCE public."Mixed Case" AS add.mixed');
    expect(await client.value('SELECT count(*) FROM add.mixed')).toBe('2');
    await client.query('DROP SOURCE add.mixed');
    await upstream.query(`INSERT INTO orders VALUES (20001, 1, 'after')`);
    await until(
      'the other table goes on',
      async () => (await client.value(`SELECT count(*) FROM add.orders WHERE note = 'after'`)) === '1',
    );
    expect(await client.value("SELECT count(*) FROM mz_sources WHERE name = 'mixed'")).toBe('0');
    await client.query('DROP SCHEMA add CASCADE');
    await until('the slot is gone', async () => (await slots(upstream)).length === 0);
  });

  it('takes tables from a source without any, once the flag is on', async () => {
    const system = await connect('mz_system');
    await preparePipeline(client, postgres, 'tbl');
    const bare = `CREATE SOURCE tbl.src IN CLUSTER tbl FROM POSTGRES CONNECTION tbl.pg (PUBLICATION 'p')`;
    expect(await client.refusal(bare)).toMatchObject({
      message: 'POSTGRES source validation: missing TABLES specification',
      hint: 'provide a FOR TABLES (..), FOR SCHEMAS (..), or FOR ALL TABLES clause',
    });
    await system.query('ALTER SYSTEM SET enable_create_table_from_source = true');
    await client.query(bare);
    await client.query(
      'CREATE TABLE tbl.o FROM SOURCE tbl.src (REFERENCE public.orders) WITH (EXCLUDE COLUMNS (note))',
    );
    expect(Object.keys((await client.rows('SELECT * FROM tbl.o LIMIT 1'))[0] ?? {})).toEqual(['id', 'total']);
    await system.query('ALTER SYSTEM SET force_source_table_syntax = on');
    expect(
      await client.refusal(
        "CREATE SOURCE tbl.f IN CLUSTER tbl FROM POSTGRES CONNECTION tbl.pg (PUBLICATION 'p') FOR TABLES (public.orders AS tbl.x)",
      ),
    ).toMatchObject({
      message: 'FOR TABLES (public.orders AS tbl.x) not supported; use CREATE TABLE .. FROM SOURCE instead',
    });
    await system.query('ALTER SYSTEM RESET force_source_table_syntax');
    await system.query('ALTER SYSTEM RESET enable_create_table_from_source');
    expect(await client.refusal('DROP SOURCE tbl.src')).toMatchObject({
      message: 'cannot drop source "tbl.src": still depended upon by table "tbl.o"',
    });
    await client.query('DROP SOURCE tbl.src CASCADE');
    await until('the slot is gone', async () => (await slots(upstream)).length === 0);
  });

  it('comes back after ALTER CLUSTER and ALTER SECRET', async () => {
    await preparePipeline(client, postgres, 'alt');
    await client.query(createSource('alt'));
    const before = await client.value('SELECT count(*) FROM alt.orders');
    const replica = `SELECT r.id, r.size FROM mz_cluster_replicas r JOIN mz_clusters c ON c.id = r.cluster_id WHERE c.name = 'alt'`;
    const [old] = await client.rows(replica);
    await client.query(`ALTER CLUSTER alt SET (SIZE '200cc')`);
    const [now] = await client.rows(replica);
    expect(now?.size).toBe('200cc');
    expect(now?.id).not.toBe(old?.id);
    await upstream.query(`ALTER ROLE mzr PASSWORD 'new'`);
    await client.query(`ALTER SECRET alt.p AS 'new'`);
    await upstream.query(`INSERT INTO orders VALUES (30001, 1, 'resized')`);
    await until(
      'rows flow again',
      async () => (await client.value('SELECT count(*) FROM alt.orders')) === String(Number(before) + 1),
    );

    await client.query('ALTER CLUSTER alt SET (REPLICATION FACTOR 0)');
    await until(
      'the source is paused',
      async () =>
        (await client.value(`SELECT status FROM mz_internal.mz_source_statuses WHERE name = 'src'`)) === 'paused',
    );
    await client.query('SET cluster = alt');
    expect(await client.refusal('SELECT count(*) FROM alt.orders')).toMatchObject({ code: '0A000' });
    await client.query('RESET cluster');
    await upstream.query(`ALTER ROLE mzr PASSWORD 'pw'`);
    await client.query('DROP CLUSTER alt CASCADE');
    await client.query('DROP SCHEMA alt CASCADE');
    // The secret says 'new' while upstream wants 'pw' again: the slot cannot be dropped from here, as in Materialize.
    await until('the slot is left', async () => (await slots(upstream)).every(({ active }) => active === false));
    await upstream.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
    expect(await slots(upstream)).toEqual([]);
  });
});

describe('a statement that waits', () => {
  /** Sessions upstream that wait for a lock. */
  const waitingUpstream = async (): Promise<unknown[]> =>
    (await upstream.rows('SELECT pid FROM pg_locks WHERE NOT granted')).map(({ pid }) => pid);

  it('is cancelled without effect, or carried out although its client has gone', async () => {
    await preparePipeline(client, postgres, 'wait');
    const locker = await TestClient.connect(postgres.superuserUrl);
    await locker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    try {
      const other = await connect();
      const waiting = other.refusal(createSource('wait'));
      await until('it waits upstream', async () => (await waitingUpstream()).length > 0);
      const canceller = await connect();
      const { processID, secretKey } = other.client as unknown as { processID: number; secretKey: number };
      expect(typeof secretKey).toBe('number');
      const { port } = materialize;
      await sendCancel(port, processID, secretKey);
      expect(await waiting).toMatchObject({ code: '57014', message: 'canceling statement due to user request' });
      expect(await canceller.value(`SELECT count(*) FROM mz_sources WHERE name = 'src'`)).toBe('0');

      // What was cancelled leaves its session upstream waiting.
      const left = await waitingUpstream();
      const gone = await connect();
      gone.query(createSource('wait')).catch(() => undefined);
      const another = async () => (await waitingUpstream()).some((pid) => !left.includes(pid));
      await until('another one waits upstream', another);
      destroySocket(gone);
    } finally {
      await locker.query('ROLLBACK');
      await locker.end();
    }
    await until(
      'it is carried out all the same',
      async () => (await client.value(`SELECT count(*) FROM mz_sources WHERE name = 'src'`)) === '1',
    );
    await client.query('DROP SCHEMA wait CASCADE');
    await until('the slot is gone', async () => (await slots(upstream)).length === 0);
  });

  it('waits for a source that has fallen behind, unless it asked for less', async () => {
    await preparePipeline(client, postgres, 'behind');
    await client.query(createSource('behind'));
    const count = 'SELECT count(*) FROM behind.orders';
    const now = await client.value(count);
    await client.query('ALTER CLUSTER behind SET (REPLICATION FACTOR 0)');
    await until('it is behind', async () => {
      const frontier = await client.value(
        `SELECT f.write_frontier::text FROM mz_internal.mz_frontiers f JOIN mz_sources s ON s.id = f.object_id
         JOIN mz_schemas n ON n.id = s.schema_id WHERE n.name = 'behind' AND s.name = 'orders'`,
      );
      return Date.now() - Number(frontier) > 2_500;
    });
    let answered = false;
    const waiting = (await connect()).value(count).finally(() => (answered = true));
    await client.query(`SET transaction_isolation = 'serializable'`);
    expect(await client.value(count)).toBe(now);
    expect(answered).toBe(false);
    await client.query('ALTER CLUSTER behind SET (REPLICATION FACTOR 1)');
    expect(await waiting).toBe(now);
    await client.query('DROP SCHEMA behind CASCADE');
  });

  it('ends when what it reads is dropped', async () => {
    await preparePipeline(client, postgres, 'evict');
    const writer = await TestClient.connect(postgres.superuserUrl);
    // A writing transaction holds the slot, and with it the snapshot the reader waits for.
    await writer.query(`BEGIN; INSERT INTO orders VALUES (40001, 1, 'open')`);
    try {
      await client.query(createSource('evict'));
      const reader = await connect();
      const refused = reader.refusal('SELECT count(*) FROM evict.orders');
      await until(
        'the reader waits',
        async () =>
          (
            await materialize.store.query(
              `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM evict%' AND state = 'active'`,
            )
          ).rowCount === 1,
      );
      await client.query('DROP SOURCE evict.src CASCADE');
      expect(await refused).toMatchObject({
        code: 'XX000',
        message: 'query could not complete because relation "materialize.evict.orders" was dropped',
      });
    } finally {
      await writer.query('ROLLBACK');
      await writer.end();
    }
    await until('the slot is gone', async () => (await slots(upstream)).length === 0);
  });
});

describe('faults', () => {
  it('cut the connection before or after a statement took effect', async () => {
    materialize.faults.add({ match: '^CREATE CLUSTER f_', action: 'dropAfter' });
    await expect(client.query(`CREATE CLUSTER f_after (SIZE = '25cc')`)).rejects.toThrow('Connection terminated');
    await client.ended;
    const second = await connect();
    materialize.faults.add({ match: '^CREATE CLUSTER f_', action: 'dropBefore' });
    await expect(second.query(`CREATE CLUSTER f_before (SIZE = '25cc')`)).rejects.toThrow('Connection terminated');
    const third = await connect();
    await third.query(`CREATE CLUSTER f_fine (SIZE = '25cc')`);
    const names = await third.rows(`SELECT name FROM mz_clusters WHERE name LIKE 'f\\_%' ORDER BY 1`);
    expect(names).toEqual([{ name: 'f_after' }, { name: 'f_fine' }]);
    expect(materialize.faults.pending).toEqual([]);
  });

  it('hold an answer back while others are answered', async () => {
    const order: string[] = [];
    materialize.faults.add({ match: 'slow', action: 'delay' });
    const slow = client.query(`SELECT 'slow'`).then(() => order.push('slow'));
    await until('the fault has struck', () => Promise.resolve(materialize.faults.struck.length === 1));
    const other = await connect();
    await other.query(`SELECT 'quick'`).then(() => order.push('quick'));
    materialize.faults.clear();
    await slow;
    expect(order).toEqual(['quick', 'slow']);
  });

  it('are asked for over HTTP', async () => {
    const post = (body: string) => fetch(`${materialize.controlUrl}/faults`, { method: 'POST', body });
    const bad = await post('{"match": "(", "action": "delay"}');
    expect(bad.status).toBe(400);
    expect((await post('{"match": "SELECT 7", "action": "explode"}')).status).toBe(400);
    expect((await post('{"match": "SELECT 7", "action": "dropBefore"}')).status).toBe(200);
    await expect(client.query('SELECT 7')).rejects.toThrow('Connection terminated');
    const state: unknown = await (await fetch(`${materialize.controlUrl}/faults`)).json();
    expect(state).toEqual({ pending: [], struck: ['SELECT 7'] });
  });
});

describe('a restart', () => {
  it('drops sessions, keeps definitions, starts an unfinished snapshot over and a finished one from its slot', async () => {
    await preparePipeline(client, postgres, 're');
    await client.query(createSource('re'));
    const before = Number(await client.value('SELECT count(*) FROM re.orders'));
    await upstream.query(`
      CREATE TABLE big (id int PRIMARY KEY); ALTER TABLE big REPLICA IDENTITY FULL;
      INSERT INTO big SELECT generate_series(1, 200000); GRANT SELECT ON big TO mzr;
      CREATE PUBLICATION p_big FOR TABLE big`);
    await client.query(`CREATE CLUSTER re_big (SIZE = '25cc')`);
    await client.query(
      `CREATE SOURCE re.big_src IN CLUSTER re_big FROM POSTGRES CONNECTION re.pg (PUBLICATION 'p_big') FOR ALL TABLES`,
    );
    // The copy itself fits into the sockets' buffers; the slot of the snapshot stays until all is stored here.
    await until(
      'the snapshot runs',
      async () =>
        (await upstream.value(`SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'mzsnapshot%'`)) === '1',
    );
    await materialize.restart();
    await client.ended;
    const after = await connect();
    await upstream.query(`INSERT INTO orders VALUES (50001, 1, 'restarted')`);
    await until(
      'the finished one goes on',
      async () => Number(await after.value('SELECT count(*) FROM re.orders')) === before + 1,
    );
    await after.query(`ALTER CLUSTER re_big SET (SIZE '3200cc')`);
    expect(await after.rows('SELECT count(*), count(DISTINCT id) AS ids FROM re.big')).toEqual([
      { count: '200000', ids: '200000' },
    ]);
    await after.query('DROP SCHEMA re CASCADE');
    await until('the slots are gone', async () => (await slots(upstream)).length === 0);
  });
});

describe('sessions', () => {
  it('keep to the rules of transactions', async () => {
    await client.query('BEGIN');
    await client.query(`CREATE CLUSTER tx (SIZE = '25cc')`);
    const other = await connect();
    expect(await other.value(`SELECT count(*) FROM mz_clusters WHERE name = 'tx'`)).toBe('0');
    expect((await client.query('COMMIT')).command).toBe('COMMIT');
    expect(await other.value(`SELECT count(*) FROM mz_clusters WHERE name = 'tx'`)).toBe('1');

    await client.query('BEGIN');
    await client.query('DROP CLUSTER tx');
    expect(await client.refusal('SELECT 1')).toMatchObject({
      code: '25000',
      message: 'this transaction can only execute a single statement',
    });
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK');
    expect(await client.refusal('SELECT 1; DROP CLUSTER tx')).toMatchObject({
      code: '25001',
      message: 'DROP CLUSTER tx cannot be run inside a transaction block',
    });
    await client.query('DROP CLUSTER tx');
  });

  it('relay parameters, several statements, cursors and large results', async () => {
    expect(await client.rows('SELECT $1::int + 1 AS n, $2::text AS t', ['41', 'x'])).toEqual([{ n: 42, t: 'x' }]);
    const several = (await client.client.query('SELECT 1 AS a; SELECT 2 AS b')) as unknown as { rows: unknown[] }[];
    expect(several.map(({ rows }) => rows)).toEqual([[{ a: 1 }], [{ b: 2 }]]);
    expect(await client.refusal('SELECT 1; SELECT * FROM nope; SELECT 3')).toMatchObject({
      code: 'XX000',
      message: `unknown catalog item 'nope'`,
    });
    await client.query('BEGIN');
    await client.query('DECLARE c CURSOR FOR SELECT generate_series(1, 5) AS n');
    expect(await client.rows('FETCH 2 FROM c')).toEqual([{ n: 1 }, { n: 2 }]);
    await client.query('COMMIT');
    const result = await client.query(`SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n`);
    expect(result.rows).toHaveLength(20_000);
  });

  it('show definitions with names, not ids', async () => {
    await client.query('CREATE VIEW named AS SELECT 1 AS a, 2 AS "B b"');
    await client.query('CREATE DEFAULT INDEX IN CLUSTER quickstart ON named');
    await client.query('CREATE INDEX by_sum IN CLUSTER quickstart ON named (a + 1, a)');
    await client.query('CREATE MATERIALIZED VIEW kept IN CLUSTER quickstart AS SELECT a FROM named');
    const shown = (object: string) => client.rows(`SHOW CREATE ${object}`);
    const start = 'IN CLUSTER quickstart ON materialize.public.named';
    expect(await shown('INDEX named_primary_idx')).toEqual([
      {
        name: 'materialize.public.named_primary_idx',
        create_sql: `CREATE INDEX named_primary_idx ${start} (a, "B b");`,
      },
    ]);
    expect((await shown('INDEX by_sum'))[0]?.create_sql).toBe(`CREATE INDEX by_sum ${start} (a + 1, a);`);
    expect((await shown('MATERIALIZED VIEW kept'))[0]?.create_sql).toBe(
      'CREATE MATERIALIZED VIEW materialize.public.kept\nIN CLUSTER quickstart\nAS SELECT a FROM named;',
    );
    await client.query('DROP VIEW named CASCADE');
  });

  it('never show the value of a secret', async () => {
    await client.query(`CREATE SECRET hidden AS 'tell-nobody'`);
    for (const sql of ['SELECT * FROM mz_store.secrets', `SELECT pg_read_file('PG_VERSION')`]) {
      expect((await client.refusal(sql)).message).not.toContain('tell-nobody');
    }
    await client.refusal(`CREATE SECRET hidden2 AS ('tell-nobody' || nope)`);
    expect(lines.join('\n')).not.toContain('tell-nobody');
    await client.query('DROP SECRET hidden');
  });

  it('come many at once', async () => {
    const many = await Promise.all(Array.from({ length: 100 }, () => connect()));
    const answers = await Promise.all(many.map((one, n) => one.value(`SELECT ${n}`)));
    expect(answers).toEqual(many.map((_, n) => n));
  });

  it('refuse an unknown role', async () => {
    await expect(connect('stranger')).rejects.toMatchObject({
      code: '28000',
      message: 'role "stranger" does not exist',
    });
  });

  const psql = '/usr/bin/psql';
  (existsSync(psql) ? it : it.skip)('serve psql', async () => {
    const { stdout } = await run(psql, [materialize.url, '-X', '-A', '-c', '\\conninfo', '-c', 'SELECT 1 AS one']);
    expect(stdout).toContain(`connected to database "materialize" as user "materialize"`);
    expect(stdout).toContain('one\n1\n(1 row)');
  });
});

/** A cancel request, as libpq sends it: on a connection of its own. */
async function sendCancel(port: number, pid: number, key: number): Promise<void> {
  const { connect: open } = await import('node:net');
  const packet = Buffer.alloc(16);
  packet.writeInt32BE(16, 0);
  packet.writeInt32BE(80877102, 4);
  packet.writeInt32BE(pid, 8);
  packet.writeInt32BE(key, 12);
  await new Promise<void>((resolve, reject) => {
    const socket = open(port, '127.0.0.1', () => socket.write(packet));
    socket.on('close', () => resolve()).on('error', reject);
    socket.resume();
  });
}

function destroySocket({ client }: TestClient): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
