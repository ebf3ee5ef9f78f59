// Loaded before the worker (`node --require`): strikes at statements and API calls, each once, in one of these ways.
// Patched from outside so that the product has no hooks for tests.
const fs = require('node:fs');
const { Client } = require('pg');
const { ScheduleClient } = require('@temporalio/client');
const { Context } = require('@temporalio/activity');
const { Activity } = require('@temporalio/worker/lib/activity');

/**
 * {strikes: [{pattern, mode: 'kill-before' | 'kill-after' | 'lose-answer' | 'stop-after' | 'hold-before' | 'hold-after'}],
 * markers: folder, journal: file, answers: bool}.
 * `stop-after` also strikes at what only reads; `after`: only once this process has made such a change; a call is held from
 * the marker `held-N` on until somebody makes `let-go-N`, N being the number of its strike.
 * With `answers` the journal also has what was answered well, after `done `.
 */
const fault = JSON.parse(process.env.N2M_TEST_FAULT ?? '{}');
const strikes = (fault.strikes ?? []).map(({ pattern, mode, after }, index) => ({
  pattern: new RegExp(pattern),
  after: after && new RegExp(after),
  mode,
  index,
}));
const made = [];

// A change may come with the time it waits for its lock, in one text.
const CHANGES =
  /^\s*(?:SET LOCAL lock_timeout = '\d+ms'; )?(CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT|VALIDATE|ROLLBACK PREPARED)\b|^\s*SELECT (pg_catalog\.)?pg_(drop_replication_slot|terminate_backend)/i;

/** A line a call. Secrets never go to a journal: statements that hold one are cut before it. */
function journal(call) {
  if (!fault.journal) return;
  const line = call.replace(/\s+/g, ' ').replace(/((SECRET|secret).* AS|PASSWORD) .*$/, '$1 …');
  fs.appendFileSync(fault.journal, `${line}\n`);
}

/** The strike for this call that has not happened yet, over all processes of the case, or {}; it has happened from now on. */
function next(call) {
  for (const strike of strikes) {
    if (!strike.pattern.test(call) || (strike.after && !made.some((one) => strike.after.test(one)))) continue;
    try {
      fs.writeFileSync(`${fault.markers}/struck-${strike.index}`, '', { flag: 'wx' });
      return strike;
    } catch {
      continue;
    }
  }
  return {};
}

/** Until somebody sends SIGCONT. From then on the journal also says what ends. */
function stop() {
  const { activityType } = Context.current().info;
  journal(`stopped in ${activityType}`);
  process.kill(process.pid, 'SIGSTOP');
  resumed = true;
  journal('resumed');
}

async function hold(index) {
  fs.writeFileSync(`${fault.markers}/held-${index}`, '');
  while (!fs.existsSync(`${fault.markers}/let-go-${index}`)) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function stopAfter(reads) {
  const answer = await reads;
  stop();
  return answer;
}

let resumed = false;
const { execute } = Activity.prototype;
Activity.prototype.execute = async function (...args) {
  try {
    return await execute.apply(this, args);
  } finally {
    if (resumed) journal(`ended ${this.info.activityType}`);
  }
};

async function around(call, run, lose) {
  journal(call);
  const { mode, index } = next(call);
  made.push(call);
  if (mode === 'kill-before') process.kill(process.pid, 'SIGKILL');
  if (mode === 'hold-before') await hold(index);
  const answer = await (mode === 'hold-after' ? run().finally(() => hold(index)) : run());
  if (fault.answers && answer?.ok !== false) journal(`done ${call}`);
  if (mode === 'kill-after') process.kill(process.pid, 'SIGKILL');
  if (mode === 'lose-answer') return lose();
  if (mode === 'stop-after') stop();
  return answer;
}

const query = Client.prototype.query;
Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
  if (typeof text !== 'string') return query.apply(this, args);
  if (!CHANGES.test(text)) {
    const reads = query.apply(this, args);
    return strikes.some(({ mode }) => mode === 'stop-after') && next(text).mode ? stopAfter(reads) : reads;
  }
  return around(
    text,
    () => query.apply(this, args),
    () => {
      this.connection.stream.destroy();
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
    },
  );
};

const plainFetch = globalThis.fetch;
globalThis.fetch = function (input, init) {
  const method = (init?.method ?? input?.method ?? 'GET').toUpperCase();
  const url = new URL(typeof input === 'string' ? input : (input.url ?? String(input)));
  if (method === 'GET') return plainFetch(input, init);
  const call = `${method} ${url.pathname.replace(/\/(projects|branches)\/[^/]+/g, '/$1/…')}`;
  return around(
    call,
    () => plainFetch(input, init),
    () => {
      throw Object.assign(new TypeError('fetch failed'), {
        cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
      });
    },
  );
};

const SCHEDULE = { create: 'schedule create', _updateSchedule: 'schedule update', _deleteSchedule: 'schedule delete' };
for (const [method, call] of Object.entries(SCHEDULE)) {
  const plain = ScheduleClient.prototype[method];
  ScheduleClient.prototype[method] = function (...args) {
    return around(
      call,
      () => plain.apply(this, args),
      () => {
        throw Object.assign(new Error('14 UNAVAILABLE: the connection was lost'), { code: 14 });
      },
    );
  };
}
