// Loaded before the worker (NODE_OPTIONS): lets it stand still (SIGSTOP) once at every change it is about to make, or has made,
// and writes down who changes what, a line of JSON each. Patched from outside so that the product has no hooks for tests.
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { join } = require('node:path');
const { Client } = require('pg');
const { Context } = require('@temporalio/activity');
const { ScheduleClient } = require('@temporalio/client');
const { Activity } = require('@temporalio/worker/lib/activity');
// Where the product decides that a text has to be asked for, and where it asks. Renamed, they are missed here at once.
const changes = require('../../lib/core/sql/changes.js');
const acting = require('../../lib/activities/edges/still-acting.js');

/** {mode: 'before' | 'after', world: its name, markers: folder, journal: file, share: [which, of how many]}. */
const pauses = JSON.parse(process.env.N2M_TEST_PAUSES);

/** What changes something, as far as a test knows; the product's own opinion is what it asks by. */
const CHANGES =
  /(?:^|;)\s*(?:CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT|COMMIT|ROLLBACK PREPARED|INSERT|UPDATE|DELETE)\b|^\s*SELECT (?:pg_catalog\.)?pg_(?:drop_replication_slot|terminate_backend)/i;

/** The same text in every world, without what is secret or of one attempt. */
function nameOf(text) {
  return text
    .replace(/\s+/g, ' ')
    .replace(/((?:SECRET|secret).* AS|PASSWORD) .*$/, '$1 …')
    .replaceAll(pauses.world, 'WORLD')
    .replace(/\/(projects|branches)\/[^/]+/g, '/$1/…');
}

/** Where many say the same, whose it is. */
const callOf = (text, { info }) => (/^\s*COMMIT\b/i.test(text) ? `COMMIT by ${info.activityType}` : nameOf(text));

function current() {
  try {
    return Context.current();
  } catch {
    return null;
  }
}

function note({ info }, what, more = {}) {
  const { activityId, activityType, attempt, workflowExecution } = info;
  const activity = `${workflowExecution.workflowId} ${workflowExecution.runId} ${activityId}`;
  const line = { pid: process.pid, activity, type: activityType, attempt, what, ...more };
  fs.appendFileSync(pauses.journal, `${JSON.stringify(line)}\n`);
}

/** Whether this process is the first of all that comes to this change, and the change is of this case's share. */
function taken(call) {
  const hash = createHash('sha256').update(call).digest('hex').slice(0, 16);
  const [which, many] = pauses.share;
  if (parseInt(hash.slice(0, 8), 16) % many !== which) return false;
  try {
    fs.writeFileSync(join(pauses.markers, `paused-${hash}`), call, { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function stopAt(mode, context, call) {
  if (pauses.mode !== mode || !taken(call)) return;
  note(context, 'stopped', { call });
  // Until somebody sends SIGCONT.
  process.kill(process.pid, 'SIGSTOP');
  note(context, 'resumed', { call });
}

/** What the attempt is about to do, and what it has asked for and not sent yet. */
const upcoming = new WeakMap();
const granted = new WeakMap();
const counted = (context) => granted.get(context) ?? granted.set(context, new Map()).get(context);

/** A request to a schedule is seen only once it was asked for: named by how many the world has sent before. */
function scheduleCall({ info }) {
  const before = fs.existsSync(pauses.journal) ? fs.readFileSync(pauses.journal, 'utf8').split('\n') : [];
  const requests = before.filter((line) => /"what":"(sent|unasked)","call":"schedule /.test(line)).length;
  return `schedule request ${requests + 1} by ${info.activityType}`;
}

const { mayChange } = changes;
changes.mayChange = (text) => {
  const may = mayChange(text);
  // The product also asks for what it does not know.
  const context = current();
  if (may && context) upcoming.set(context, CHANGES.test(text) ? callOf(text, context) : null);
  return may;
};

const { stillActing } = acting;
acting.stillActing = async () => {
  const context = Context.current();
  const next = upcoming.get(context);
  if (next === null) return stillActing();
  const call = next ?? scheduleCall(context);
  stopAt('before', context, call);
  try {
    await stillActing();
  } catch (error) {
    note(context, 'refused', { call, why: String(error?.message) });
    throw error;
  }
  const asked = counted(context);
  asked.set(call, (asked.get(call) ?? 0) + 1);
};

/** Around what changes something: was it asked for? */
async function sent(context, call, run) {
  const asked = counted(context);
  const times = asked.get(call) ?? 0;
  asked.set(call, times - 1);
  note(context, times > 0 ? 'sent' : 'unasked', { call });
  const answer = await run();
  stopAt('after', context, call);
  return answer;
}

const query = Client.prototype.query;
Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
  const context = current();
  if (!context || typeof text !== 'string' || !CHANGES.test(text)) return query.apply(this, args);
  return sent(context, callOf(text, context), () => query.apply(this, args));
};

const requestName = (method, url) => nameOf(`${method} ${new URL(url).pathname}`);
globalThis.Request = class extends Request {
  constructor(input, init) {
    super(input, init);
    if (this.method !== 'GET' && current()) upcoming.set(current(), requestName(this.method, this.url));
  }
};
const plainFetch = globalThis.fetch;
globalThis.fetch = function (input, init) {
  const method = (init?.method ?? input?.method ?? 'GET').toUpperCase();
  const url = typeof input === 'string' ? input : (input.url ?? String(input));
  const context = current();
  if (!context || method === 'GET' || !url.startsWith(process.env.N2M_NEON_API_URL)) return plainFetch(input, init);
  return sent(context, requestName(method, url), () => plainFetch(input, init));
};

for (const method of ['create', '_updateSchedule', '_deleteSchedule']) {
  const plain = ScheduleClient.prototype[method];
  ScheduleClient.prototype[method] = function (...args) {
    const context = current();
    return context ? sent(context, scheduleCall(context), () => plain.apply(this, args)) : plain.apply(this, args);
  };
}

const { execute } = Activity.prototype;
Activity.prototype.execute = async function (...args) {
  note(this, 'begins');
  try {
    return await execute.apply(this, args);
  } finally {
    note(this, 'ended');
  }
};
