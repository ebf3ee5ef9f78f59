// Loaded before the worker (`node --require`): strikes at one statement or API call, once, in one of three ways.
// Patched from outside so that the product has no hooks for tests.
const fs = require('node:fs');
const { Client } = require('pg');
const { ScheduleClient } = require('@temporalio/client');

/** {pattern, mode: 'kill-before' | 'kill-after' | 'lose-answer', marker: file that says it has struck, journal: file} */
const fault = JSON.parse(process.env.N2M_TEST_FAULT ?? '{}');
const pattern = fault.pattern ? new RegExp(fault.pattern) : null;

const CHANGES =
  /^\s*(CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT|VALIDATE|ROLLBACK)\b|^\s*SELECT pg_(drop_replication_slot|terminate_backend)/i;

/** Secrets never go to a journal: statements that hold one are cut before it. */
function journal(call) {
  if (fault.journal) fs.appendFileSync(fault.journal, `${call.replace(/(SECRET .* AS|PASSWORD) .*$/s, '$1 …')}\n`);
}

/** True once, over all processes of the case. */
function strikes(call) {
  if (!pattern?.test(call)) return false;
  try {
    fs.writeFileSync(fault.marker, call.slice(0, 60), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

async function around(call, run, lose) {
  journal(call);
  const strike = strikes(call);
  if (strike && fault.mode === 'kill-before') process.kill(process.pid, 'SIGKILL');
  const answer = await run();
  if (strike && fault.mode === 'kill-after') process.kill(process.pid, 'SIGKILL');
  if (strike && fault.mode === 'lose-answer') return lose();
  return answer;
}

const query = Client.prototype.query;
Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
  if (typeof text !== 'string' || !CHANGES.test(text)) return query.apply(this, args);
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

const create = ScheduleClient.prototype.create;
ScheduleClient.prototype.create = function (options) {
  return around(
    'schedule create',
    () => create.call(this, options),
    () => {
      throw Object.assign(new Error('14 UNAVAILABLE: the connection was lost'), { code: 14 });
    },
  );
};
