import { aboutWorkflow } from '../../../src/core/run/about';
import { cancelling, renderCheckDetails, renderRunDetails, summaryOf } from '../../../src/core/run/details';
import type { RunPhase, RunView, StepView } from '../../../src/core/run/types';
import type { CheckResult, PipelineReading } from '../../../src/core/watch/types';
import { judge } from '../../../src/core/watch/judge';
import { keep } from '../../../src/core/watch/readings/kept';
import { orders, play } from '../snapshot/look';
import { at, reading, slot, SLOT, spec } from '../watch/reading';

// Whole pages, as the UI of Temporal gets them.

const step = (change: Partial<StepView>): StepView => ({
  ...{ id: 'publication', object: 'publication n2m_shop', action: 'create', state: 'pending', outcome: null },
  ...{ sentence: 'create it', startedAt: null, endedAt: null },
  ...change,
});

const view = (change: Partial<RunView>): RunView => ({
  ...{ pipeline: 'shop', phase: 'setting-up', startedAt: at(0), steps: [], findings: [] },
  ...{ waitingFor: [], snapshot: null, failure: null },
  ...change,
});

/** Lines, without the room that the UI needs between columns. */
const lines = (text: string): string[] => text.replaceAll('\u00a0\u00a0\u2060', '').split('\n');
const run = (change: Partial<RunView>): string[] => lines(renderRunDetails(view(change)));
const COPY = '### shop: copying the tables for the first time';
const WAIT =
  'Nothing to do but wait; numbers as they come: `n2m status shop`, or the heartbeat in *Pending Activities*.';
const TABLE = ['| table | state | rows |  |', '|---|---|---|---|'];

test.each<[RunPhase, string, string[]]>([
  ['planning', 'reading both systems, comparing with the file', []],
  ['waiting-for-approval', 'waiting for approval', []],
  ['setting-up', 'setting up', []],
  ['snapshotting', 'copying the tables for the first time', ['', WAIT]],
  ['repairing', 'repairing', []],
  ['done', 'done', ['', 'All of it is done. How it is from now on: `n2m status shop`.']],
  ['failed', 'failed', []],
  [
    'cancelled',
    'cancelled',
    ['', 'Somebody stopped it between two steps or attempts; what it made so far exists: `n2m status shop`.'],
  ],
])('with nothing else to tell, the phase %s is its headline', (phase, headline, rest) => {
  expect(run({ phase })).toEqual([`### shop: ${headline}`, ...rest]);
});

test('steps are marked by how they went, and timed where they began and ended', () => {
  const steps = [
    step({ state: 'done', outcome: 'kept', startedAt: at(0) }),
    step({ state: 'done', outcome: 'adopted', endedAt: at(0) }),
    step({ state: 'done', outcome: 'changed', startedAt: at(0), endedAt: at(1) }),
    step({ state: 'failed', sentence: 'no' }),
    step({ state: 'skipped' }),
    step({ state: 'running' }),
    step({ state: 'pending' }),
  ];
  expect(run({ steps })).toEqual([
    '### shop: setting up',
    '',
    '|  | step | what |',
    '|---|---|---|',
    '| = | publication | create it |',
    '| = | publication | create it |',
    '| ✓ | publication | create it (1m 00s) |',
    '| ✗ | publication | no |',
    '| - | publication | create it |',
    '| ▶ | publication | create it |',
    '| · | publication | create it |',
  ]);
});

test('what it asks for comes with how to answer', () => {
  const waitingFor = [{ key: 'a`b', step: 'role' as const, reason: 'one_two *x*' }];
  expect(run({ phase: 'waiting-for-approval', waitingFor })).toEqual([
    '### shop: waiting for approval',
    '',
    '**It asks before it goes on:**',
    "- `a'b`: one_two \\*x\\*",
    '',
    'Answer with `n2m approve shop` or `n2m reject shop`.',
  ]);
});

test('a failure without a next step has none', () => {
  const failure = {
    type: 'Timeout',
    system: 'neon',
    message: 'it broke',
    code: null,
    retryable: false,
    hint: null,
  } as const;
  expect(run({ phase: 'failed', failure })).toEqual(['### shop: failed', '', '**Timeout** (neon): it broke']);
});

test('a copy that started over says how often, what the source says, and how long it takes', () => {
  const snapshot = play(
    [0, { copies: orders(0) }],
    [10, { copies: orders(250), committed: ['customers'] }],
    [20, { replicas: ['u2'], copies: orders(100), error: 'slow [x]' }],
    [30, { replicas: ['u2'], copies: orders(200), error: 'slow [x]' }],
  );
  expect(run({ phase: 'snapshotting', snapshot })).toEqual([
    COPY,
    '',
    WAIT,
    '',
    `**First copy: 60 %**, 10 rows/s, about 1m 20s left, started over 1 time (seen ${snapshot.observedAt})`,
    '',
    'The source says: slow \\[x\\]',
    '',
    ...TABLE,
    '| orders | copying | 200 of about 1,000 | 20 % |',
    '| customers | committed | 0 of about 1,000 | 100 % |',
  ]);
});

test('a copy that is stuck names who holds it up, and what ends that', () => {
  const who = { kind: 'session' as const, pid: 5, gid: null, user: 'app', application: '', ageSeconds: 9 };
  const blockers = [{ ...who, remedy: 'SELECT pg_terminate_backend(5)' }];
  const snapshot = play([0, { expected: null }], [10, { blockers, expected: null }]);
  expect(run({ phase: 'snapshotting', snapshot })).toEqual([
    COPY,
    '',
    `**Stuck** since ${snapshot.observedAt}: pid 5 of app, open for 9.0 s`,
    '',
    'Its session upstream keeps a transaction open, and the copy cannot begin before that ends:',
    '- to end it: `SELECT pg_terminate_backend(5)`',
    '',
    `**First copy: 0 %** (seen ${snapshot.observedAt})`,
    '',
    ...TABLE,
    '| orders | waiting | 0 | 0 % |',
    '| customers | waiting | 0 | 0 % |',
  ]);
});

test('stuck without anybody to blame has no one to end; a table that failed says why', () => {
  const snapshot = play(
    [0, { copies: orders(5) }],
    [600, { copies: orders(5) }],
    [601, { copies: orders(5), errors: { customers: 'truncated' } }],
  );
  const stuck = { since: at(0), cause: 'nothing moved', blockers: [] };
  const text = run({ phase: 'snapshotting', snapshot: { ...snapshot, stuck } });
  expect(text.slice(0, 4)).toEqual([COPY, '', `**Stuck** since ${at(0)}: nothing moved`, '']);
  expect(text.at(-1)).toBe('| customers | failed | 0 of about 1,000 | truncated |');
  expect(run({ snapshot: { ...snapshot, stuck } })[2]).toMatch(/^\*\*First copy/);
});

test.each([
  [20, []],
  [21, ['', 'and 1 more table']],
])('of %d tables twenty are shown', (count, more) => {
  const snapshot = play([0, {}]);
  const tables = Array.from({ length: count }, (_, n) => ({ ...snapshot.tables[0]!, table: `t${n}` }));
  const text = run({ snapshot: { ...snapshot, tables } });
  expect(text.slice(text.indexOf('|---|---|---|---|') + 21)).toEqual(more);
});

test('findings are told but for mere information, fifteen of them', () => {
  const finding = (code: string, severity: 'warning' | 'info') => ({
    ...{ code, severity, subject: 's', sentence: `${code} it is`, fix: null },
  });
  expect(run({ findings: [finding('small', 'info')] })).toEqual(['### shop: setting up']);
  const many = Array.from({ length: 15 }, (_, n) => finding(`f${n}`, 'warning'));
  const text = run({ findings: [...many, finding('small', 'info')] });
  expect(text.slice(0, 4)).toEqual(['### shop: setting up', '', '**Findings**', '- warning `f0`: f0 it is']);
  expect(text).toHaveLength(18);
  expect(run({ findings: [...many, finding('one', 'warning'), finding('two', 'warning')] }).slice(18)).toEqual([
    '',
    'and 2 more findings',
  ]);
});

test('a step in a row is one line of at most 180 characters', () => {
  expect(summaryOf({ sentence: 'a\nb' })).toBe('a b');
  expect(summaryOf({ sentence: 'x'.repeat(180) })).toHaveLength(180);
  expect(summaryOf({ sentence: 'x'.repeat(181) })).toBe(`${'x'.repeat(179)}…`);
});

test('asked to stop with no step under way, it is ending', () => {
  expect(cancelling(view({ cancelling: true, steps: [step({ state: 'done' })] }))).toBe('it is ending');
  expect(run({ cancelling: true })).toEqual([
    '### shop: setting up',
    '',
    '**Somebody asked it to stop**: it is ending.',
  ]);
  for (const phase of ['done', 'failed'] as const) expect(cancelling(view({ cancelling: true, phase }))).toBeNull();
});

test('a workflow of another kind works on its pipeline', () => {
  expect(aboutWorkflow('somethingNew', 'shop').split('\n').slice(0, 3)).toEqual([
    'Works on pipeline **shop**.',
    '',
    '- *Current Details* say where it stands, and what it asks for.',
  ]);
});

describe('a check', () => {
  const check = (seen: PipelineReading, change: Partial<CheckResult> = {}): string[] => {
    const { verdict, memory } = judge(seen, null, spec, at(0));
    const sent = { alertsSent: [], alertsFailed: 0, memory };
    return lines(
      renderCheckDetails({
        pipeline: 'shop',
        checkedAt: at(0),
        verdict,
        reading: keep(seen, 'unwell'),
        ...sent,
        ...change,
      }),
    );
  };
  const TARGET = '- Materialize: source running, 2 tables';

  test('that finds nothing says how both sides are', () => {
    expect(check(reading(0, {}))).toEqual([
      '### shop: healthy',
      '',
      '2 tables at most 1.2 s behind, the slot moves',
      '',
      `- source: slot ${SLOT} is active, retained 1000 B, unconfirmed 0 B`,
      TARGET,
    ]);
  });

  test('of a slot that is unknown or gone says so', () => {
    expect(check(reading(0, { source: slot({ exists: false }) }))).toContain(`- source: slot ${SLOT} is missing`);
    expect(check(reading(0, { source: slot({ slot: '', exists: false }) }))).toContain(
      '- source: slot unknown is missing',
    );
    const quiet = slot({ active: false, retainedBytes: null, unconfirmedBytes: '2048' });
    expect(check(reading(0, { source: quiet }))).toContain(
      `- source: slot ${SLOT} is inactive, retained unknown, unconfirmed 2.0 KiB`,
    );
  });

  test('that finds something says what it means, what is next, and each symptom where there are several', () => {
    const seen = reading(0, { source: slot({ walStatus: 'lost' }) });
    const { verdict } = judge(seen, null, spec, at(0));
    const [symptom] = verdict.symptoms;
    const one = { ...verdict, name: 'broken' as const, severity: 'critical' as const, cause: 'a*', next: 'n2m x' };
    const head = ['### shop: broken', '', '**critical**; what it means: `n2m explain broken`', '', 'a\\*', ''];
    const next = ['Next: `n2m x`', ''];
    expect(check(seen, { verdict: { ...one, symptoms: [symptom!] } }).slice(0, -2)).toEqual([...head, ...next]);
    const two = [symptom!, { ...symptom!, severity: 'warn' as const, rule: 'r', cause: 'c_' }];
    expect(check(seen, { verdict: { ...one, symptoms: two } }).slice(0, -2)).toEqual([
      ...head,
      'Next: `n2m x`',
      '',
      `- ${symptom!.severity} \`${symptom!.rule}\`: ${symptom!.cause}`,
      '- warn `r`: c\\_',
      '',
    ]);
    const many = Array.from({ length: 16 }, () => symptom!);
    expect(check(seen, { verdict: { ...one, symptoms: many } })).toHaveLength(head.length + 2 + 15 + 3);
  });

  test.each([
    [[], 0, []],
    [['slack'], 0, ['- alerts: 1 told, 0 could not be delivered']],
    [[], 1, ['- alerts: 0 told, 1 could not be delivered']],
  ])('with alerts %j told and %d failed', (told, alertsFailed, last) => {
    const alertsSent = told as unknown as CheckResult['alertsSent'];
    expect(check(reading(0, {}), { alertsSent, alertsFailed }).slice(6)).toEqual(last);
  });
});
