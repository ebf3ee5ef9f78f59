import { plain } from '../../../src/cli/terminal/paint';
import { appendedLines } from '../../../src/cli/render/log-lines';
import { renderList, type ListedPipeline } from '../../../src/cli/render/list';
import { renderPlan } from '../../../src/cli/render/plan';
import { renderReport } from '../../../src/cli/render/report';
import { renderRun } from '../../../src/cli/render/run';
import { renderStatus } from '../../../src/cli/render/status';
import {
  statusOfCheck,
  statusOfRun,
  statusWithoutCheck,
  withFailure,
  withOwed,
} from '../../../src/cli/render/status-document';
import { withAdding, type LiveRun } from '../../../src/cli/temporal/read-run';
import { STEP_IDS } from '../../../src/core/objects';
import type { FailureInfo } from '../../../src/core/failures/types';
import type { RunView, StepView } from '../../../src/core/run/types';
import type { SnapshotProgress, TableProgress } from '../../../src/core/snapshot/types';
import { planOf, planStep, progress } from '../../workflows/harness';
import { check } from '../support/checks';
import { copyingTable } from '../support/copying-table';

const START = '2026-01-01T00:00:00.000Z';
const NOW = '2026-01-01T00:02:05.000Z';
const draw = (width: number) => ({ width, paint: plain, now: NOW });

const copying = (tables: TableProgress[], rest: Partial<SnapshotProgress> = {}): SnapshotProgress => ({
  ...progress(),
  startedAt: START,
  observedAt: NOW,
  rowsPerSecond: 1500,
  etaSeconds: 32,
  tables,
  ...rest,
});

const step = (id: StepView['id'], state: StepView['state'], rest: Partial<StepView> = {}): StepView => ({
  id,
  object: id,
  action: 'create',
  state,
  outcome: state === 'done' ? 'created' : null,
  sentence: `${state} with ${id}, which takes a sentence of some length to tell`,
  startedAt: state === 'pending' ? null : START,
  endedAt: state === 'done' ? NOW : null,
  ...rest,
});

const view = (rest: Partial<RunView> = {}): RunView => ({
  pipeline: 'shop',
  phase: 'snapshotting',
  startedAt: START,
  steps: [
    step('role', 'done', { outcome: 'kept' }),
    step('source', 'done'),
    step('snapshot', 'running'),
    step('watch', 'pending'),
  ],
  findings: [],
  waitingFor: [],
  snapshot: copying([
    copyingTable('orders'),
    copyingTable('customers', { state: 'committed' }),
    copyingTable('events', { state: 'waiting' }),
  ]),
  failure: null,
  ...rest,
});

describe('a run drawn live', () => {
  it('shows each step, and each table with bar, rows, rate, ETA and elapsed', () => {
    const lines = renderRun(view(), [], draw(100));
    expect(lines[0]).toBe('shop · copying the tables · 2m 05s');
    expect(lines[1]).toMatch(/^ {2}= role/);
    expect(lines[2]).toMatch(/^ {2}✓ source .* 2m 05s$/);
    expect(lines[3]).toMatch(/^ {2}▸ snapshot/);
    expect(lines[4]).toMatch(/^ {2}· watch/);
    expect(lines[5]).toContain('156,000 of about 300,000 rows · 1.50k rows/s · 32 s left · 2m 05s so far');
    expect(lines[6]).toMatch(/orders +█{12}░{12} {2}52% {2}52,000 rows/);
    expect(lines[7]).toMatch(/customers +█{24} 100% {2}committed/);
    expect(lines[8]).toMatch(/events +waiting/);
  });

  it('fits a screen with many tables: those that move, and a count', () => {
    const tables = Array.from({ length: 2_000 }, (_, index) =>
      copyingTable(`tenant_of_the_shop_that_has_a_long_name_${index}`, index < 1_990 ? { state: 'committed' } : {}),
    );
    const lines = renderRun(view({ snapshot: copying(tables) }), [], draw(80));
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.at(-1)).toBe('    … and 1,985 more: 1,985 committed');
    expect(lines.filter((line) => /tenant_of_the…ng_name_19\d\d/.test(line))).toHaveLength(10);
  });

  it('never says 100 % before the commit', () => {
    const snapshot = copying([
      copyingTable('orders', { rowsCopied: 200_000 }),
      copyingTable('b', { state: 'copied', rowsCopied: 100_000 }),
    ]);
    expect(renderRun(view({ snapshot }), [], draw(100)).join('\n')).not.toContain('100%');
  });

  it.each([20, 30, 40, 50, 60, 80, 120])('fits %d columns', (width) => {
    const blockers = [
      {
        kind: 'session' as const,
        pid: 7,
        gid: null,
        user: 'u',
        application: '',
        ageSeconds: 90,
        remedy: 'SELECT pg_terminate_backend(7)',
      },
    ];
    const full = view({
      waitingFor: [
        { key: 'enable-logical-replication', step: 'role', reason: 'restarts every compute of the project' },
      ],
      snapshot: copying(
        [
          copyingTable('a_table_with_quite_a_long_name_indeed'),
          copyingTable('x', { state: 'failed', error: 'it broke' }),
        ],
        {
          stuck: { since: START, cause: 'the slot waits for a transaction', blockers },
          sourceError: 'a long error from the source that says what is wrong',
        },
      ),
    });
    const retries = [
      { activity: 'awaitSnapshot', attempt: 7, message: 'the database refused the connection', nextAt: null },
    ];
    for (const line of renderRun(full, retries, draw(width)))
      expect(Array.from(line).length).toBeLessThanOrEqual(width);
  });

  it('names what holds the snapshot and what ends it', () => {
    const blockers = [
      {
        kind: 'session' as const,
        pid: 7,
        gid: null,
        user: 'anna',
        application: 'psql',
        ageSeconds: 90,
        remedy: 'SELECT pg_terminate_backend(7)',
      },
    ];
    const snapshot = copying([copyingTable('orders')], { stuck: { since: START, cause: 'the slot waits', blockers } });
    const text = renderRun(view({ snapshot }), [], draw(200)).join('\n');
    expect(text).toContain('nothing moves for 2m 05s: the slot waits');
    expect(text).toContain('session 7 of anna (psql), 1m 30s old; ends it: SELECT pg_terminate_backend(7)');
  });

  it('keeps a terminal safe from what systems answer', () => {
    const text = renderRun(view({ steps: [step('role', 'failed', { sentence: 'a\u001b[2Jb' })] }), [], draw(80)).join(
      '\n',
    );
    expect(text).not.toContain('\u001b');
  });
});

describe('a run as plain lines', () => {
  it('says each thing once', () => {
    const first = appendedLines(null, view(), []);
    expect(first.lines.filter((line) => line.includes('orders'))).toHaveLength(1);
    expect(first.lines.join('\n')).not.toContain('watch');
    const second = appendedLines(first.printed, view(), []);
    expect(second.lines).toEqual([]);
  });

  it('tells a table again a tenth later, and its commit', () => {
    const { printed } = appendedLines(null, view(), []);
    const later = view({ snapshot: copying([copyingTable('orders', { rowsCopied: 61_000 })]) });
    const next = appendedLines(printed, later, []);
    expect(next.lines[0]).toBe('  orders: copying 61,000 of about 100,000 rows');
    const done = appendedLines(
      next.printed,
      view({ snapshot: copying([copyingTable('orders', { state: 'committed' })]) }),
      [],
    );
    expect(done.lines[0]).toBe('  orders: committed');
  });

  it('has each step below its phase, also when it ended between two looks', () => {
    const before = view({ phase: 'setting-up', snapshot: null, steps: [step('source', 'running')] });
    const first = appendedLines(null, before, []);
    expect(first.lines.map((line) => line.slice(0, 20))).toEqual(['shop: setting up', '  ▸ source: running ']);
    const after = view({
      phase: 'handing-over',
      snapshot: null,
      steps: [step('source', 'done'), step('snapshot', 'done'), step('right-size', 'done'), step('watch', 'running')],
    });
    const next = appendedLines(first.printed, after, []).lines.map((line) => line.split(': ').slice(0, 2).join(': '));
    expect(next.map((line) => line.replace(/: done.*|: running.*/, ''))).toEqual([
      '  ✓ source',
      'shop: copying the tables',
      '  ✓ snapshot',
      'shop: right-sizing the cluster',
      '  ✓ right-size',
      'shop: handing over to the watch',
      '  ▸ watch',
    ]);
  });

  it('names the phase of a run of another kind by what that does', () => {
    const read = view({ phase: 'done', snapshot: null, steps: [step('remove-source', 'done')] });
    const { lines } = appendedLines(null, read, [], 'destroyReplication');
    expect(lines.map((line) => line.slice(0, 19))).toEqual([
      'shop: taking it dow',
      '  ✓ remove-source: ',
      'shop: done',
    ]);
  });

  it('counts the tables that got on where they are many', () => {
    const tables = Array.from({ length: 2_000 }, (_, index) =>
      copyingTable(`t${index}`, index < 3 ? {} : { state: 'committed' }),
    );
    const { lines } = appendedLines(null, view({ snapshot: copying(tables) }), []);
    expect(lines.length).toBeLessThan(25);
    expect(lines).toContain('  … and 1,990 more: 1,990 committed');
  });

  it('tells when it stands still and when it moves again', () => {
    const { printed } = appendedLines(null, view(), []);
    const stuck = appendedLines(
      printed,
      view({ snapshot: copying([], { stuck: { since: START, cause: 'a lock', blockers: [] } }) }),
      [],
    );
    expect(stuck.lines).toEqual(['  stuck: a lock']);
    expect(appendedLines(stuck.printed, view({ snapshot: copying([]) }), []).lines).toEqual(['  it moves again']);
  });
});

describe('a plan', () => {
  const steps = [
    planStep('logical-replication', {
      action: 'change',
      sentence: 'enable logical replication',
      interrupts: 'every compute of the project restarts',
      irreversible: 'Neon cannot switch it off',
      approval: 'enable-logical-replication',
    }),
    planStep('cluster', { action: 'keep', sentence: 'cluster ingest_shop stays' }),
  ];

  it('marks what interrupts, what cannot be undone and what needs approval', () => {
    const text = renderPlan(planOf('shop', steps), plain, 80).join('\n');
    expect(text).toContain('~ enable logical replication');
    expect(text).toContain('interrupts: every compute');
    expect(text).toContain('cannot be undone: Neon');
    expect(text).toContain('needs approval: enable-logical-replication');
    expect(text).toContain('1 step to do, 1 of them to be approved');
  });

  it('has blocking findings first, each with its fix', () => {
    const finding = (severity: 'blocking' | 'warning' | 'info', code: string) => ({
      code,
      severity,
      subject: 's',
      sentence: 'x',
      fix: `fix ${code}`,
    });
    const plan = planOf('shop', steps, {
      findings: [finding('info', 'c'), finding('warning', 'b'), finding('blocking', 'a')],
    });
    const text = renderPlan(plan, plain, 80).join('\n');
    expect(text.indexOf('[a]')).toBeLessThan(text.indexOf('[b]'));
    expect(text.indexOf('[b]')).toBeLessThan(text.indexOf('[c]'));
    expect(text).toContain('fix: fix a');
    expect(text).toContain('1 thing stands in the way');
  });

  it('joins findings of one code, with a count, the first names and the first fix', () => {
    const of = (severity: 'info' | 'warning') =>
      ['public.a', 'public.b', 'public.c'].map((subject) => ({
        ...{ code: 'identity', severity, subject, sentence: `${subject} is weak`, fix: `mend ${subject}` },
      }));
    const lines = (severity: 'info' | 'warning') =>
      renderPlan(planOf('shop', steps, { findings: of(severity) }), plain, 80);
    expect(lines('info').slice(0, 2)).toEqual(['i public.a is weak; likewise public.b, public.c [identity ×3]', '']);
    expect(lines('warning').slice(0, 4)).toEqual([
      '! public.a is weak; likewise public.b, public.c [identity ×3]',
      '    fix: mend public.a',
      '    and 2 more fixes: --full has each',
      '',
    ]);
  });

  it('says so when there is nothing to do', () => {
    const kept = STEP_IDS.map((id) => planStep(id, { action: 'keep' }));
    expect(renderPlan(planOf('shop', kept), plain, 80).at(-1)).toContain('no changes');
  });
});

describe('status', () => {
  it('puts both sides beside each other and says what is next', () => {
    const text = renderStatus(statusOfCheck(check('shop', 'healthy', START), null, null), draw(80)).join('\n');
    expect(text).toMatch(/^shop {2}healthy/);
    expect(text).toMatch(/retained +512 B of at most 1\.0 GiB +cluster +ingest_shop, 50cc/);
    expect(text).toMatch(/orders +running +1\.2 s behind/);
    expect(text).toContain('read 2m 05s ago');
    expect(text).toContain('next: n2m status shop');
  });

  it('counts the tables that the look did not name, and says how to see them', () => {
    const looked = statusOfCheck(check('shop', 'healthy', START), null, null);
    const counts = { count: 1_000, statuses: { running: 998, stalled: 2 }, committed: 1_000, failing: 2 };
    const many = { ...looked, tableCounts: { ...counts, freshnessMs: 4_000 } };
    const numbers = 'of all: 998 running, 2 stalled, at most 4.0 s behind; n2m status --full names them';
    expect(renderStatus(many, draw(120))).toContain(`  … and 999 tables more; ${numbers}`);
    expect(renderStatus({ ...many, tables: [] }, draw(120))).toContain(`  1,000 tables; ${numbers}`);
    expect(renderStatus(looked, draw(120)).join('\n')).not.toContain('--full');
  });

  it.each([20, 40, 59, 60, 80])('keeps its tables and sides within %d columns', (width) => {
    const lines = renderStatus(statusOfCheck(check('shop', 'healthy', START), null, null), draw(width));
    for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(Math.max(width, 24));
  });

  it('does not call healthy what nobody watches', () => {
    const late = {
      rule: 'check-late',
      severity: 'warn' as const,
      table: null,
      cause: 'no check for 3 m',
      next: 'n2m doctor',
    };
    expect(statusOfCheck(check('shop', 'healthy'), null, late)).toMatchObject({
      verdict: 'unknown',
      cause: 'no check for 3 m',
      next: 'n2m doctor',
    });
    const before = check('shop', 'lagging');
    before.verdict.severity = 'warn';
    const lagging = statusOfCheck(before, null, { ...late, severity: 'critical' });
    expect(lagging).toMatchObject({ verdict: 'lagging', cause: 'it is lagging', severity: 'critical' });
    expect(lagging.symptoms.map(({ rule }) => rule)).toContain('check-late');
  });

  it('lists what a run dropped until it is there: as a look finds it, else as the last run said', () => {
    const item = { database: 'materialize', schema: 'shop', name: 'v' };
    const rest = { id: 'u9', item, owner: null, grants: [], comments: [] };
    const view = { ...rest, type: 'materialized-view', name: 'materialize.shop.v', sql: 'CREATE …' };
    const table = { ...rest, type: 'table', name: 'materialize.shop.orders', sql: null };
    const run = { view: { owed: [view, table] } } as unknown as LiveRun;
    const healthy = check('shop', 'healthy', START);
    const status = statusOfCheck(healthy, null, null);

    const told = withOwed(status, run, healthy);
    expect(told).toMatchObject({ owed: [view, table], next: 'n2m repair shop' });
    const lines = renderStatus(told, draw(80)).join('\n');
    expect(lines).toContain('dropped by a run and not made again yet');
    expect(lines).toContain('      materialized view materialize.shop.v\n');
    expect(lines).toContain('      privileges and comments of table materialize.shop.orders\n');

    const looked = withOwed(status, run, { ...healthy, owed: [] });
    expect(looked).toEqual(status);
    expect(renderStatus(looked, draw(80)).join('\n')).not.toContain('dropped by a run');
    const broken = { ...status, verdict: 'broken' as const, next: 'n2m explain broken' };
    expect(withOwed(broken, run, null).next).toBe('n2m explain broken');
  });

  it('says that the last run failed, and how to go on with it where nothing else needs somebody', () => {
    const status = statusOfCheck(check('shop', 'healthy', START), null, null);
    const of = (command: string, type: FailureInfo['type'] = 'Unreachable') => ({
      command,
      failure: {
        type,
        system: 'materialize',
        message: 'nobody answers',
        code: null,
        retryable: false,
        hint: null,
      } as const,
    });
    const told = withFailure(status, of('apply'));
    expect(told).toMatchObject({ verdict: 'healthy', failed: { command: 'apply' }, next: 'n2m apply FILE' });
    expect(renderStatus(told, draw(80)).join('\n')).toContain('! the last apply failed: nobody answers');
    expect(withFailure(status, of('rotate')).next).toBe('n2m rotate shop');
    const broken = { ...status, verdict: 'broken' as const, next: 'n2m repair shop' };
    expect(withFailure(broken, of('apply'))).toMatchObject({ failed: { command: 'apply' }, next: 'n2m repair shop' });
    expect(withFailure(status, of('apply', 'Rejected'))).toEqual(status);
    expect(withFailure(status, null)).toEqual(status);
  });

  it('does not call healthy what nobody could look at', () => {
    const status = statusWithoutCheck('shop', { kind: 'no-worker', late: null }, check('shop', 'healthy', START), null);
    expect(status).toMatchObject({
      verdict: 'unknown',
      reachable: false,
      checkedAt: START,
      source: { reachable: true },
    });
    expect(status.cause).toContain(`at ${START}, said healthy`);
  });

  it('shows the run under way instead', () => {
    const live: LiveRun = {
      workflowType: 'replicate',
      runId: 'r',
      status: 'RUNNING',
      startedAt: START,
      view: view(),
      retries: [],
    };
    const status = statusOfRun('shop', live, null, null, true);
    expect(status).toMatchObject({ verdict: 'snapshotting', next: 'n2m status shop --watch' });
    expect(renderStatus(status, draw(80)).join('\n')).toContain('52%');
  });

  it('tells what the watch does unasked: while its run goes on, and for a while after', () => {
    const last = check('shop', 'healthy', START);
    const follow = { ids: 'u7', at: START, run: 'r1', columns: 'public.orders.note' };
    const live: LiveRun = {
      ...{ workflowType: 'replicate', runId: 'r1', status: 'RUNNING', startedAt: START },
      ...{ view: view({ phase: 'snapshotting' }), retries: [] },
    };
    const during = { ...last, memory: { ...last.memory, follow: { ...follow, state: 'started' as const } } };
    const causeOf = (run: LiveRun) => statusOfRun('shop', run, during, null, true).cause;
    expect(causeOf(live)).toMatch(/^the watch brings public\.orders\.note: its run is under way since /);
    expect(causeOf({ ...live, runId: 'r2' })).toMatch(/^a run is under way since /);
    const after = {
      ...last,
      memory: { ...last.memory, follow: { ...follow, state: 'brought' as const, rows: 12_345 } },
    };
    const status = statusOfCheck(after, null, null);
    expect(status.follow).toMatchObject({ state: 'brought', rows: 12_345 });
    expect(renderStatus(status, draw(120)).join('\n')).toContain(
      '2m 05s ago followed: public.orders.note, copied 12,345 rows',
    );
  });
});

describe('a run that adds tables to its source', () => {
  const adding: StepView = {
    ...{ id: 'source', object: 'source s', action: 'create', state: 'running', outcome: null },
    ...{ sentence: 'create source s', startedAt: START, endedAt: null },
  };
  const sentence = (step: StepView, details: unknown) =>
    withAdding(view({ steps: [step] }), details).steps[0]?.sentence;

  it('says at which it is, as its activity last told', () => {
    expect(sentence(adding, { adding: 417, of: 2_000 })).toBe('at table 417 of 2,000: create source s');
    expect(sentence(adding, { adding: null, of: 2_000 })).toBe('2,000 tables: create source s');
  });

  it('says nothing where nothing was told, or the step is over', () => {
    expect(sentence(adding, null)).toBe('create source s');
    expect(sentence(adding, { n2mFailures: {} })).toBe('create source s');
    expect(sentence({ ...adding, state: 'done' }, { adding: 1, of: 2 })).toBe('create source s');
  });
});

describe('list', () => {
  const listed = (pipeline: string, rest: Partial<ListedPipeline> = {}): ListedPipeline => ({
    pipeline,
    verdict: 'healthy',
    cause: null,
    checkedAt: START,
    late: false,
    paused: false,
    note: null,
    every: 60_000,
    run: null,
    ...rest,
  });

  it('marks late checks and fits the terminal', () => {
    const lines = renderList(
      [
        listed('shop', { late: true, verdict: 'unknown', cause: 'checks are late: none for two minutes and more' }),
        listed('web'),
      ],
      draw(60),
    );
    expect(lines[1]).toMatch(/^shop +unknown +2m 05s ago \(late\) {2}checks are late/);
    for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(60);
  });
});

describe('the final report', () => {
  it('says what was done, how long it took and how far the slot is behind', () => {
    const report = {
      pipeline: 'shop',
      changed: true,
      steps: [step('source', 'done'), step('role', 'done', { outcome: 'kept' as const })],
      findings: [],
      slot: { slot: 'materialize_abc', retainedBytes: '2048', unconfirmedBytes: null },
      clusterSize: '50cc',
      snapshotSeconds: 65,
      seconds: 90,
      firstCheck: check('shop', 'healthy'),
    };
    const text = renderReport(report, plain).join('\n');
    expect(text).toContain('shop: 1 step done in 1m 30s');
    expect(text).toContain('materialize_abc: 2.0 KiB retained, unknown not confirmed');
    expect(text).toContain('healthy');
    expect(renderReport({ ...report, changed: false }, plain)[0]).toContain('nothing to change');
    expect(text).not.toContain('next:');
    const firstCheck = check('shop', 'broken');
    Object.assign(firstCheck.verdict, { severity: 'critical', next: 'n2m repair shop' });
    expect(renderReport({ ...report, firstCheck }, plain)).toContain('  next: n2m repair shop');
  });
});
