import { renderStatus } from '../../../src/cli/render/status';
import {
  statusOfCheck,
  statusOfRun,
  statusWithoutCheck,
  withFailure,
  withOwed,
} from '../../../src/cli/render/status-document';
import { type LiveRun } from '../../../src/cli/temporal/read-run';
import type { FailureInfo } from '../../../src/core/failures/types';
import { check } from '../support/checks';
import { draw, START, view } from './drawn';

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
