import { once } from 'node:events';
import { Client } from 'pg';
import type { ListedPipeline } from '../../../src/cli/render/list';
import { until } from '../support/until';
import { has, LOSS_REASONS, RUNNING_LOGGED } from '../support/versions';
import { expectRecovery, gist, Watched } from './watched';

jest.setTimeout(240_000);

/** Of the schedule, where it is what starts the checks. */
const PERIOD = 4_000;

const SOON = { warn: '1ms', critical: '1h' };
/** Data is late after an outage, and checks follow each other within moments here. */
const LATER = { warn: '1h', critical: '2h' };

let watched: Watched;
beforeAll(async () => {
  watched = await Watched.start({}, (file) => {
    file.watch = { ...(file.watch as object), notRunning: SOON, slotIdle: SOON, freshness: LATER };
  });
});
afterAll(() => watched?.stop());

const upstream = (sql: string) => watched.world.upstream((client) => client.query<Record<string, string>>(sql));

/** A slot moves on only past a record of what runs, which an idle server writes four times a minute. */
async function logRunning() {
  if (has(RUNNING_LOGGED)) return upstream('SELECT pg_log_standby_snapshot() AS lsn');
  // A checkpoint writes one.
  await upstream('CHECKPOINT');
  return upstream('SELECT pg_current_wal_insert_lsn() AS lsn');
}

/** Whatever wrote WAL meanwhile, the slot has come past it: autovacuum alone may write between two checks. */
async function caughtUp(): Promise<void> {
  const lsn = (await logRunning()).rows[0]?.lsn;
  await until(async () => {
    const { rows } = await upstream(
      `SELECT FROM pg_replication_slots WHERE slot_type = 'logical' AND confirmed_flush_lsn >= '${lsn}'`,
    );
    return rows[0];
  }, 'the slot to have moved as far as it can');
}

const status = async () => {
  const { code, status } = await watched.status();
  return { code, verdict: status.verdict, severity: status.severity, next: status.next };
};

/** A report that goes on and on: the slot stands still before its first change, and it is told so. */
async function heldUpBy(job: Client): Promise<void> {
  await job.query('BEGIN');
  const { rows } = await job.query<{ pid: number }>(
    `INSERT INTO events (kind, payload) SELECT 'report', '{}' RETURNING pg_backend_pid() AS pid`,
  );
  const pid = rows[0]?.pid;
  await caughtUp();
  await watched.check();
  const from = watched.receiver.alerts.length;
  await watched.write();
  await watched.check();
  await watched.write();
  const { verdict } = await watched.check();
  expect(verdict).toMatchObject({
    name: 'stuck',
    severity: 'warn',
    next: `SELECT pg_catalog.pg_terminate_backend(${pid});`,
  });
  expect(verdict.cause).toMatch(
    new RegExp(
      `^slot materialize_\\w+ does not move while WAL grows for .*held up by pid ${pid} of ${watched.world.neon.owner} \\(nightly-report\\), open for `,
    ),
  );
  expect(watched.receiver.alerts.slice(from).map(gist)).toEqual([
    { kind: 'raised', severity: 'warn', rules: ['slot-idle'] },
  ]);
  expect(await status()).toEqual({ code: 3, verdict: 'stuck', severity: 'warn', next: verdict.next });
  await upstream(verdict.next);
}

describe('what holds a slot, refuses its consumer or loses it, each caused for real', () => {
  it('a long transaction: named with its pid, user, application and age, and with what ends it', async () => {
    const job = new Client({
      connectionString: watched.world.neon.ownerUrl().replace('sslmode=require', 'sslmode=no-verify'),
      application_name: 'nightly-report',
    });
    job.on('error', () => undefined);
    await job.connect();
    try {
      await heldUpBy(job);
    } finally {
      await job.end();
    }
    await expectRecovery(watched, caughtUp);
  });

  it('the worker dead for ten periods: late by status and list, not pinged, and one story when it is back', async () => {
    await watched.apply((file) => {
      file.watch = { every: `${PERIOD}ms`, pingUrl: 'env:N2M_SECRET_PING_URL', notRunning: SOON, freshness: LATER };
    });
    const { receiver, world } = watched;
    const before = receiver.pings;
    const calm = () => (receiver.alerts.at(-1)?.kind ?? 'recovered') === 'recovered';
    await until(
      () => Promise.resolve(receiver.pings > before + 1 && calm() ? true : undefined),
      'checks by the schedule, and nothing to tell',
    );
    const from = receiver.alerts.length;
    const [worker] = world.workers;
    worker?.kill('SIGKILL');
    if (worker) await once(worker, 'exit');
    const pings = receiver.pings;
    const late = await until(async () => {
      const last = await watched.status(['--last']);
      const silence = Date.now() - Date.parse(last.status.checkedAt ?? '');
      return silence > 10 * PERIOD ? last : undefined;
    }, 'ten periods without a check');
    expect({ code: late.code, verdict: late.status.verdict, severity: late.status.severity }).toEqual({
      code: 3,
      verdict: 'unknown',
      severity: 'critical',
    });
    expect(late.status.cause).toMatch(/^no check for .*, one is due every 4\.0 s/);
    expect(late.status.symptoms.map(({ rule, severity }) => ({ rule, severity }))).toEqual([
      { rule: 'check-late', severity: 'critical' },
    ]);
    const now = await watched.status();
    expect({ code: now.code, verdict: now.status.verdict, severity: now.status.severity }).toEqual({
      code: 5,
      verdict: 'unknown',
      severity: 'critical',
    });
    expect(now.status.cause).toMatch(/no worker answers.*no check for /);
    const listed = await watched.listed();
    expect(listed).toMatchObject({ verdict: 'unknown', late: true } satisfies Partial<ListedPipeline>);
    expect(listed?.cause).toMatch(/no check for .*the last said healthy/);
    expect({ pings: receiver.pings, told: receiver.alerts.length }).toEqual({ pings, told: from });

    await world.startWorker();
    const told = await until(() => {
      const alerts = receiver.alerts.slice(from);
      return Promise.resolve(alerts.at(-1)?.kind === 'recovered' ? alerts : undefined);
    }, 'the recovery');
    expect(told.map(gist)).toEqual([
      // On a busy machine a check before was late, too.
      { kind: expect.stringMatching(/^(raised|escalated)$/) as unknown, severity: 'critical', rules: ['check-late'] },
      { kind: 'recovered', severity: 'ok', rules: ['check-late'] },
    ]);
    expect(receiver.pings).toBeGreaterThan(pings);
    const calmed = await until(async () => {
      const now = await status();
      return now.verdict === 'healthy' ? now : undefined;
    }, 'the next check to be in time');
    expect(calmed.code).toBe(0);
  });

  it('paused with a reason: nobody is called late, and status and list say why', async () => {
    const { name } = watched.world;
    expect((await watched.world.n2m(['pause', name, '--reason', 'a look at the slot'])).code).toBe(0);
    const { status: looked } = await watched.status();
    expect(looked.watch).toMatchObject({ paused: true, note: expect.stringContaining('a look at the slot') as string });
    const listed = await until(async () => {
      const found = await watched.listed();
      return found?.paused ? found : undefined;
    }, 'the list to know');
    expect(listed).toMatchObject({
      verdict: 'unknown',
      late: false,
      cause: expect.stringContaining('a look at the slot') as string,
    });
  });

  it('the password changed: told as such, and mended by the next command it names', async () => {
    const role = `mz_${watched.world.name}`;
    await upstream(`ALTER ROLE "${role}" PASSWORD 'changed behind everybody'`);
    await upstream(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`);
    // First it says that the connection was cut, then why there is no other.
    await until(async () => {
      const { rows } = await watched.world.target((client) =>
        client.query<{ error: string }>(
          `SELECT s.error FROM mz_internal.mz_source_statuses s
           WHERE s.name = '${watched.source}' AND s.error LIKE '%password authentication failed%'`,
        ),
      );
      return rows[0];
    }, 'Materialize to be refused');
    const { result, told } = await watched.twoChecks();
    const next = `n2m rotate ${watched.world.name}`;
    expect(result.verdict).toMatchObject({ name: 'broken', severity: 'warn', next });
    expect(result.verdict.cause).toMatch(
      /(is stalled|flaps) for .*: the password of the replication role was changed upstream$/,
    );
    expect(told.map(gist)).toEqual([{ kind: 'raised', severity: 'warn', rules: ['not-running'] }]);
    expect(await status()).toEqual({ code: 3, verdict: 'broken', severity: 'warn', next });
    const { code, stderr } = await watched.world.n2m([...next.split(' ').slice(1), '--yes']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    await expectRecovery(watched, caughtUp);
  });

  it('the slot invalidated by a small max_slot_wal_keep_size: terminal at once, whatever comes after', async () => {
    const from = watched.receiver.alerts.length;
    await upstream(`ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'`);
    await upstream('SELECT pg_reload_conf()');
    await watched.world.target((client) =>
      client.query(`ALTER CLUSTER ingest_${watched.world.name} SET (REPLICATION FACTOR 0)`),
    );
    const { slot } = (await watched.check()).memory;
    const lost = await until(async () => {
      await watched.write(50);
      await upstream('SELECT pg_switch_wal()');
      await upstream('CHECKPOINT');
      const { rows } = await upstream(`SELECT wal_status FROM pg_replication_slots WHERE slot_name = '${slot}'`);
      return rows[0]?.wal_status === 'lost' ? true : undefined;
    }, 'the slot to be lost');
    expect(lost).toBe(true);
    const { result } = await watched.twoChecks();
    const next = `n2m repair ${watched.world.name}`;
    expect(result.verdict).toMatchObject({ name: 'broken', severity: 'terminal', next });
    expect(result.verdict.cause).toMatch(
      new RegExp(
        `^slot ${slot} is lost${has(LOSS_REASONS) ? ' \\(wal_removed\\)' : ''}: the WAL it needs is gone, every table has to be copied again`,
      ),
    );
    expect(watched.receiver.alerts.slice(from).map(gist)).toContainEqual({
      kind: expect.stringMatching(/^(raised|escalated)$/) as string,
      severity: 'terminal',
      rules: expect.arrayContaining(['slot-lost']) as string[],
    });
    expect(await status()).toEqual({ code: 3, verdict: 'broken', severity: 'terminal', next });
    // The consumer is back, and finds what there is: no reading makes it well.
    await watched.world.target((client) =>
      client.query(`ALTER CLUSTER ingest_${watched.world.name} SET (REPLICATION FACTOR 1)`),
    );
    await watched.untilStatus(watched.source, 'stalled');
    const told = watched.receiver.alerts.length;
    expect((await watched.twoChecks()).result.verdict).toMatchObject({ name: 'broken', severity: 'terminal', next });
    expect(watched.receiver.alerts.slice(told).filter(({ kind }) => kind === 'recovered')).toEqual([]);
  });

  it('every body was signed with the key of the file', () => {
    expect(watched.receiver.alerts.length).toBeGreaterThan(4);
    expect(watched.receiver.forged).toEqual([]);
  });
});
