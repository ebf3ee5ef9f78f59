import { cancelling, renderCheckDetails, renderRunDetails } from '../../../src/core/run/details';
import { aboutWorkflow } from '../../../src/core/run/about';
import type { RunView, StepView } from '../../../src/core/run/types';
import * as workflows from '../../../src/workflows';
import { judge } from '../../../src/core/watch/judge';
import { keep } from '../../../src/core/watch/readings/kept';
import { at, reading, slot, spec } from '../watch/reading';
import { orders, play } from '../snapshot/look';

/** All that work on a pipeline; the others have nothing to tell of one. */
const WORKFLOWS = Object.keys(workflows)
  .filter((type) => !['examine', 'lookUp'].includes(type))
  .sort();

const step = (change: Partial<StepView>): StepView => ({
  id: 'publication',
  object: 'publication n2m_shop',
  action: 'create',
  state: 'pending',
  outcome: null,
  sentence: 'create publication n2m_shop',
  startedAt: null,
  endedAt: null,
  ...change,
});

const view = (change: Partial<RunView>): RunView => ({
  pipeline: 'shop',
  phase: 'setting-up',
  startedAt: at(0),
  steps: [],
  findings: [],
  waitingFor: [],
  snapshot: null,
  failure: null,
  ...change,
});

describe('a run that was asked to stop', () => {
  const steps = [step({ state: 'done', id: 'schema' }), step({ state: 'running' })];

  it('says what it still waits for', () => {
    const asked = view({ cancelling: true, steps });
    expect(cancelling(asked)).toBe('it ends with the attempt under way of step publication (publication n2m_shop)');
    expect(renderRunDetails(asked)).toContain('**Somebody asked it to stop**: it ends with the attempt');
    expect(cancelling({ ...asked, inOnePiece: true })).toContain('once the source is back');
  });

  it.each([{ cancelling: true, phase: 'cancelled' as const, steps }, { steps }])('is silent otherwise', (change) => {
    expect(cancelling(view(change))).toBeNull();
    expect(renderRunDetails(view(change))).not.toContain('asked it to stop');
  });
});

describe('the details of a run', () => {
  /** Without the room that the UI needs between columns. */
  const drawn = (change: Partial<RunView>): string =>
    renderRunDetails(view(change)).replaceAll('\u00a0\u00a0\u2060', '');

  test('show each step with what it did and how long it took', () => {
    const steps = [
      step({ state: 'done', outcome: 'created', sentence: 'created it', startedAt: at(0), endedAt: at(0.05) }),
      step({ id: 'cluster', state: 'running' }),
    ];
    const text = drawn({ steps });
    expect(text).toContain('| ✓ | publication | created it (3.0 s) |');
    expect(text).toContain('| ▶ | cluster |');
  });

  test('say what it waits for and how to answer', () => {
    const waitingFor = [{ key: 'create-role', step: 'role' as const, reason: 'drops connections' }];
    const text = renderRunDetails(view({ phase: 'waiting-for-approval', waitingFor }));
    expect(text).toContain('- `create-role`: drops connections');
    expect(text).toContain('`n2m approve shop`');
    expect(text).toContain('`n2m reject shop`');
  });

  test('show the copy per table, and who holds it up', () => {
    const blockers = [
      {
        kind: 'session' as const,
        pid: 5,
        gid: null,
        user: 'app',
        application: '',
        ageSeconds: 9,
        remedy: 'SELECT pg_terminate_backend(5)',
      },
    ];
    const snapshot = play([0, { copies: orders(0) }], [10, { copies: orders(250), blockers }]);
    const text = drawn({ phase: 'snapshotting', snapshot });
    expect(text).toContain('**First copy: 13 %**, 25 rows/s');
    expect(text).toContain('| orders | copying | 250 of about 1,000 | 25 % |');
    expect(text).toContain('to end it: `SELECT pg_terminate_backend(5)`');
  });

  test('show what went wrong and what to do', () => {
    const failure = {
      type: 'UnknownSize',
      system: 'materialize',
      message: 'unknown size 9cc',
      code: null,
      retryable: false,
      hint: 'use 25cc',
    } as const;
    expect(renderRunDetails(view({ phase: 'failed', failure }))).toContain(
      '**UnknownSize** (materialize): unknown size 9cc  \nNext: use 25cc',
    );
  });

  test('stay small with a thousand tables', () => {
    const snapshot = play([0, {}]);
    const tables = Array.from({ length: 1000 }, (_, n) => ({ ...snapshot.tables[0]!, table: `t${n}` }));
    const text = renderRunDetails(view({ snapshot: { ...snapshot, tables } }));
    expect(text).toContain('and 980 more tables');
    expect(text.length).toBeLessThan(4000);
  });

  test('let no text of others become markup', () => {
    const text = renderRunDetails(view({ steps: [step({ sentence: 'a|b <script> *x*\n# y' })] }));
    expect(text).toContain('a\\|b \\<script\\> \\*x\\* \\# y');
  });
});

describe('the details of a check', () => {
  test('have verdict, cause, next command and both sides', () => {
    const seen = reading(0, { source: slot({ walStatus: 'lost' }), target: 'down' });
    const { verdict, memory } = judge(seen, null, spec, at(0));
    const text = renderCheckDetails({
      pipeline: 'shop',
      checkedAt: at(0),
      verdict,
      reading: keep(seen, 'unwell'),
      alertsSent: [],
      alertsFailed: 2,
      memory,
    });
    expect(text).toContain('### shop: broken');
    expect(text).toContain('Next: `n2m repair shop`');
    expect(text).toContain('- Materialize: could not be read: db.example:5432: connection refused');
    expect(text).toContain('0 told, 2 could not be delivered');
  });
});

describe('what every workflow says of itself', () => {
  test.each(WORKFLOWS)('%s says in a sentence what it is for', (type) => {
    const [purpose] = aboutWorkflow(type, 'shop').split('\n');
    expect(purpose).toMatch(/^[A-Z].*\*\*shop\*\*.*\.$/);
    expect(purpose).not.toContain('Works on pipeline');
    expect(aboutWorkflow(type, 'shop')).toContain('`n2m status shop`');
  });

  test('says how to stop what changes something, and only that', () => {
    const stoppable = WORKFLOWS.filter((type) => aboutWorkflow(type, 'shop').includes('n2m cancel shop'));
    expect(stoppable).toEqual(['destroyReplication', 'repairReplication', 'replicate', 'rotateReplication']);
  });
});
