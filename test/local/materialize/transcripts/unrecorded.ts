import { loseAnswers } from './lost';
import type { Act, Acts } from './replay';

const fullIdentity =
  (table: string, rows = 100): Act =>
  async (replay) => {
    await replay.upstreamRun(
      'setup',
      `ALTER TABLE ${table} REPLICA IDENTITY FULL; GRANT SELECT ON ${table} TO mzr;
     INSERT INTO ${table} SELECT i, 'v' FROM generate_series(1,${rows}) i`,
    );
  };

/** The accident came when the copy was done and changes were being streamed. */
const streaming: Act = (replay) =>
  replay.until(
    'postgres',
    `SELECT (count(*) = 1 AND bool_and(s.active AND NOT s.temporary AND r.state = 'streaming'))::text
     FROM pg_replication_slots s LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid`,
    'true',
  );

const dropSlotBehindItsBack: Act = async (replay, sendAhead) => {
  await streaming(replay, sendAhead);
  await replay.upstreamRun(
    'setup',
    `DO $$ DECLARE s record; BEGIN
       FOR s IN SELECT slot_name FROM pg_replication_slots LOOP
         FOR i IN 1..200 LOOP
           PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = s.slot_name AND active;
           BEGIN PERFORM pg_drop_replication_slot(s.slot_name); EXIT; EXCEPTION WHEN object_in_use THEN PERFORM pg_sleep(0.01); END;
         END LOOP;
       END LOOP; END $$`,
  );
};

/** Fills the WAL past what the slot may hold back, and lets a checkpoint see it. */
const exceedKeepSize: Act = async (replay) => {
  await replay.until('postgres', 'SELECT bool_or(active)::text FROM pg_replication_slots', 'false');
  await replay.upstreamRun('setup', `ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'`);
  await replay.upstreamRun('setup', 'SELECT pg_reload_conf()');
  for (let n = 0; n < 4; n += 1) {
    await replay.upstreamRun('setup', `CREATE TABLE filler AS SELECT repeat('x', 500) FROM generate_series(1, 20000)`);
    await replay.upstreamRun('setup', 'DROP TABLE filler');
    await replay.upstreamRun('setup', 'SELECT pg_switch_wal()');
    await replay.upstreamRun('setup', 'CHECKPOINT');
  }
  await replay.until('postgres', 'SELECT wal_status FROM pg_replication_slots', 'lost');
};

const takeAllSlots: Act = async (replay) => {
  await replay.upstreamRun(
    'setup',
    `SELECT pg_create_physical_replication_slot('taken_' || i) FROM generate_series(1,
       current_setting('max_replication_slots')::int - (SELECT count(*)::int FROM pg_replication_slots)) AS i`,
  );
};

const freeSlots: Act = async (replay) => {
  await replay.upstreamRun(
    'setup',
    `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'taken_%'`,
  );
};

const slotlessUpstream = (table: string): string =>
  `CREATE TABLE ${table} (id int PRIMARY KEY, v text); ALTER TABLE ${table} REPLICA IDENTITY FULL;
   GRANT SELECT ON ${table} TO mzr; CREATE PUBLICATION p_${table} FOR TABLE ${table}`;

const sourceOf = (schema: string, cluster: string, table: string): string =>
  `CREATE SOURCE ${schema}.${table}_src IN CLUSTER ${cluster} FROM POSTGRES CONNECTION ${schema}.pg (PUBLICATION 'p_${table}') FOR TABLES (public.${table} AS ${schema}.${table})`;

/** What an earlier run had left to be dropped. */
const formerRun = [
  'CREATE SCHEMA f',
  "CREATE CLUSTER ing3 (SIZE = '25cc')",
  "CREATE SECRET f.p AS 'pw'",
  "CREATE CONNECTION f.pg TO POSTGRES (HOST '127.0.0.1', PORT 5617, USER 'mzr', PASSWORD SECRET f.p, SSL MODE 'disable', DATABASE 'postgres')",
  sourceOf('f', 'ing3', 'slotless'),
];

/** One table, one cluster and a way to it, as the recordings of single accidents had. */
const smallSetup: Act = async (replay) => {
  await replay.upstreamRun(
    'setup',
    `CREATE ROLE mzr LOGIN REPLICATION PASSWORD 'pw'; CREATE TABLE narrow (id int PRIMARY KEY);
     ALTER TABLE narrow REPLICA IDENTITY FULL; GRANT SELECT ON narrow TO mzr; CREATE PUBLICATION pw FOR TABLE narrow;
     INSERT INTO narrow SELECT generate_series(1, 10)`,
  );
  await replay.say('materialize', 'CREATE SCHEMA ev');
  await replay.say('materialize', "CREATE CLUSTER ing2 (SIZE = '50cc')");
  await replay.say('materialize', "CREATE SECRET ev.p AS 'pw'");
  await replay.say(
    'materialize',
    "CREATE CONNECTION ev.pg TO POSTGRES (HOST '127.0.0.1', PORT 5617, USER 'mzr', PASSWORD SECRET ev.p, SSL MODE 'disable', DATABASE 'postgres')",
  );
};

const smallSource =
  "CREATE SOURCE ev.ev_src IN CLUSTER ing2 FROM POSTGRES CONNECTION ev.pg (PUBLICATION 'pw') FOR TABLES (public.narrow AS ev.ev_narrow)";

/** What happened between the recorded steps: by recording, before the step of that number. */
export const unrecorded: Acts = {
  '05-source': {
    // A minute had passed since the copy; here the frontiers may still be on their way.
    32: (replay) =>
      replay.until(
        'materialize',
        `SELECT bool_and(f.read_frontier::text <> '0')::text FROM mz_internal.mz_frontiers f WHERE f.object_id LIKE 'u%'`,
        'true',
      ),
  },
  '06-source-errors': { 45: takeAllSlots },
  '07-resize': { 0: freeSlots },
  '10-blocked-snapshot': {
    1: async (replay) => {
      await replay.upstreamRun('blocker', 'BEGIN; CREATE TABLE blocking (id int)');
    },
    3: async (replay) => {
      await replay.upstreamRun('blocker', 'ROLLBACK');
    },
  },
  '11-failures': {
    2: async (replay) => {
      await replay.upstreamRun('setup', slotlessUpstream('slotless'));
      for (const sql of formerRun) await replay.say('materialize', sql);
    },
    4: async (replay) => {
      await replay.upstreamRun('setup', 'DROP PUBLICATION p_slotless; DROP TABLE slotless');
      await replay.until('postgres', 'SELECT count(*)::text FROM pg_replication_slots', '0');
    },
    13: streaming,
    22: streaming,
    32: streaming,
    42: streaming,
    52: streaming,
    62: streaming,
    72: streaming,
    91: streaming,
    103: streaming,
    10: fullIdentity('trunc'),
    19: fullIdentity('unpub'),
    29: fullIdentity('partpub'),
    39: fullIdentity('altered'),
    49: fullIdentity('addcol'),
    59: fullIdentity('ident'),
    69: fullIdentity('dropped'),
    78: fullIdentity('slotless'),
    82: dropSlotBehindItsBack,
    // This read waits, as the source has fallen behind by then, and is answered when the source is dropped.
    84: async (replay, sendAhead) => {
      await replay.until(
        'materialize',
        `SELECT (extract(epoch FROM now()) * 1000 - f.write_frontier::text::numeric > 3000)::text
         FROM mz_internal.mz_frontiers f JOIN mz_sources s ON s.id = f.object_id WHERE s.name = 'slotless'`,
        'true',
      );
      sendAhead(84, 85);
      await replay.untilRunning('SELECT count(*) FROM f.slotless');
    },
    88: fullIdentity('pwd'),
    // It had been refused many times by then: what came before is not among the latest events.
    94: (replay) =>
      replay.until(
        'materialize',
        `SELECT (count(*) >= 3)::text FROM mz_internal.mz_source_status_history h JOIN mz_sources s ON s.id = h.source_id
         WHERE s.name = 'pwd_src' AND h.error LIKE '%password%'`,
        'true',
      ),
    100: fullIdentity('invalid'),
    104: exceedKeepSize,
  },
  '13-drop': {
    // Sources of accidents that were tried here before and are in 11 now.
    0: async (replay) => {
      for (const table of ['trunc', 'unpub', 'altered', 'ident', 'slotless']) {
        await replay.upstreamRun('setup', slotlessUpstream(table));
        await replay.say('materialize', sourceOf('shop', 'ingest', table));
        // A copy under way has a slot of its own, and so many there are not.
        await replay.until(
          'materialize',
          `SELECT (f.write_frontier::text <> '0')::text
           FROM mz_internal.mz_frontiers f JOIN mz_sources s ON s.id = f.object_id WHERE s.name = '${table}'`,
          'true',
        );
      }
    },
    7: (replay) => replay.say('materialize', 'SET cluster = ingest'),
  },
  '15-blocking-pids': {
    0: smallSetup,
    // The transaction was open before the first source was made, too.
    1: async (replay) => {
      await replay.upstreamRun('nightly-report', 'BEGIN; CREATE TABLE blocking (id int)');
      await replay.say('materialize', smallSource);
    },
    3: async (replay) => {
      await replay.upstreamRun('nightly-report', 'ROLLBACK');
    },
    4: async (replay, sendAhead) => {
      await replay.upstreamRun('migration', 'BEGIN; LOCK TABLE narrow IN ACCESS EXCLUSIVE MODE');
      sendAhead(5, 5);
    },
    5: async (replay) => {
      await replay.upstreamRun('migration', 'ROLLBACK');
    },
  },
  '16-upstream-restart': {
    0: async (replay, sendAhead) => {
      await smallSetup(replay, sendAhead);
      await replay.say('materialize', smallSource);
      await replay.until(
        'postgres',
        'SELECT bool_and(active AND confirmed_flush_lsn IS NOT NULL)::text FROM pg_replication_slots',
        'true',
      );
    },
    // However long the shutdown takes: the connection it closes is to be seen by the watch.
    1: (replay) => Promise.resolve(replay.meanwhile(replay.upstream.halt())),
    2: (replay) => replay.upstream.start(),
  },
  '17-lost-answers': {
    12: async (replay) => {
      for (const step of [10, 11]) replay.note(step, await loseAnswers(replay, step === 10));
    },
  },
};
