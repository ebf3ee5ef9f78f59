import { appendedLines } from '../../../src/cli/render/log-lines';
import { renderRun } from '../../../src/cli/render/run';
import { withAdding } from '../../../src/cli/temporal/read-run';
import type { StepView } from '../../../src/core/run/types';
import { copyingTable } from '../support/copying-table';
import { copying, draw, START, step, view } from './drawn';

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
