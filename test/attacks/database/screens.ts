import { MockActivityEnvironment } from '@temporalio/testing';
import type { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger } from '@temporalio/worker';
import { failuresEdge } from '../../../src/activities/edges/failures';
import { colours, safeLine, plain, type Paint } from '../../../src/cli/terminal/paint';
import { renderDestroyPlan, renderDestroyReport } from '../../../src/cli/render/destroy';
import { renderDoctor } from '../../../src/cli/render/doctor';
import { appendedLines } from '../../../src/cli/render/log-lines';
import { renderList } from '../../../src/cli/render/list';
import { renderPlan } from '../../../src/cli/render/plan';
import { lostDefinitionLines, renderRepairPlan, renderRepairReport } from '../../../src/cli/render/repair';
import { renderReport } from '../../../src/cli/render/report';
import { renderRun } from '../../../src/cli/render/run';
import { renderSideBySide } from '../../../src/cli/render/side-by-side';
import { renderVerify } from '../../../src/cli/commands/verify/render';
import { renderStatus } from '../../../src/cli/render/status';
import { statusOfCheck, statusOfRun } from '../../../src/cli/render/status-document';
import type { LiveRun } from '../../../src/cli/temporal/read-run';
import { renderCheckDetails, renderRunDetails, summaryOf } from '../../../src/core/run/details';
import type { RunView, StepView } from '../../../src/core/run/types';
import type { Symptom } from '../../../src/core/watch/types';
import { alertLine, slackBody } from '../../../src/core/watch/render-alert';
import { emptyTally, verifyResult, withTable } from '../../../src/core/verify/report';
import { renderVerifyDetails } from '../../../src/core/verify/words';
import { logLine } from '../../../src/logger';
import { systemError } from '../../../src/systems/errors';
import { check } from '../../cli/support/checks';
import { destroyPlan, planOf, planStep, progress, repairPlan } from '../../workflows/harness';

const NOW = '2026-01-01T00:02:05.000Z';
/** No line is wrapped for its length: whatever makes a second line is the name. */
const WIDTH = 2_000;

/** Where a name is shown to people, by kind of reader. */
export interface Screens {
  /** Lines of the command line, by command. */
  terminal: Record<string, string[]>;
  /** Lines of the worker's text log. */
  log: string[];
  /** What Slack gets. */
  slack: string;
  /** Markdown and texts of Temporal's UI. */
  temporal: Record<string, string>;
}

/** Everything that is shown of a pipeline with one table of this name, each text holding the name wherever one can. */
export function screensOf(name: string, paint: Paint = plain): Screens {
  const symptom: Symptom = {
    rule: 'table-error',
    severity: 'critical',
    table: name,
    cause: `${name} stands still`,
    next: `ALTER TABLE ${name}`,
  };
  const looked = check('shop', 'broken', NOW);
  const { target, source } = looked.reading;
  if (!target.ok || !source.ok) throw new Error('a check that read both sides');
  const checked: typeof looked = {
    ...looked,
    verdict: {
      ...looked.verdict,
      ...symptom,
      name: 'broken',
      symptoms: [symptom, { ...symptom, cause: `also ${name}` }],
    },
    reading: {
      ...looked.reading,
      source: { ok: true, value: { ...source.value, slot: { ...source.value.slot, slot: name } } },
      target: {
        ok: true,
        value: {
          ...target.value,
          source: { ...target.value.source, status: name, error: name },
          cluster: { ...target.value.cluster, name, size: name },
          tables: {
            ...target.value.tables,
            statuses: { [name]: 1 },
            named: target.value.tables.named.map((table) => ({ ...table, table: name, error: `no ${name}` })),
          },
        },
      },
    },
  };
  const step: StepView = {
    ...{ id: 'source', object: name, action: 'create', state: 'running', outcome: null, sentence: `create ${name}` },
    ...{ startedAt: NOW, endedAt: null },
  };
  const finding = {
    code: 'no-tables',
    severity: 'warning',
    subject: name,
    sentence: `about ${name}`,
    fix: `ALTER ${name}`,
  } as const;
  const failure = {
    type: 'Unexpected',
    system: 'source',
    message: `no ${name}`,
    code: null,
    retryable: true,
    hint: `mend ${name}`,
  } as const;
  const waitingFor = [{ key: name, step: 'source' as const, reason: `for ${name}` }];
  const blocker = {
    kind: 'session',
    pid: 5,
    gid: null,
    user: name,
    application: name,
    ageSeconds: 9,
    remedy: name,
  } as const;
  const copied = {
    ...{
      table: name,
      upstream: { schema: 'public', name },
      rowsCopied: 1,
      rowsExpected: 2,
      rowsEnded: 0,
      rowsStaged: 0,
    },
    ...{ running: [], state: 'failed' as const },
  };
  const snapshot = {
    ...progress(),
    sourceError: name,
    stuck: { since: NOW, cause: `waits for ${name}`, blockers: [blocker] },
    tables: [{ ...copied, table: name, error: `no ${name}` }],
  };
  const steps = [step, { ...step, id: 'snapshot' as const }];
  const view: RunView = {
    pipeline: 'shop',
    phase: 'snapshotting',
    startedAt: NOW,
    steps,
    findings: [finding],
    waitingFor,
    snapshot,
    failure,
  };
  const retries = [{ activity: 'createSource', attempt: 3, message: `no ${name}` }] as LiveRun['retries'];
  const live = { type: 'replicate', startedAt: NOW, view, retries } as unknown as LiveRun;
  const planned = {
    ...planStep('source', { object: name, sentence: `create ${name}`, changes: [`there: ${name}`, `file: ${name}`] }),
    ...{ interrupts: name, irreversible: name, approval: name },
  };
  const plan = planOf('shop', [planned], { findings: [finding, { ...finding, severity: 'blocking' }] });
  const recreated = [{ name, type: 'view', outcome: 'failed' as const, why: name, sql: [] }];
  const repaired = {
    pipeline: 'shop',
    symptoms: [symptom],
    steps: [name],
    definitions: [],
    recreated,
    verdict: checked.verdict,
    seconds: 1,
  };
  const done = {
    pipeline: 'shop',
    changed: true,
    steps,
    findings: [],
    slot: { slot: name, retainedBytes: '1', unconfirmedBytes: '1' },
    clusterSize: name,
    snapshotSeconds: 1,
    seconds: 1,
    firstCheck: checked,
    recreated,
  };
  const compared = verifyResult(
    withTable(emptyTally('shop', NOW, 'full'), {
      ...{ table: name, how: 'key', rows: 2, differing: 1, more: false, unsettled: 0, partial: false },
      notCompared: [{ what: name, why: name }],
      differences: [
        {
          ...{ table: name, key: { [name]: name }, hash: null, what: 'changed' },
          columns: [{ column: name, upstream: name, materialize: name }],
        },
      ],
    }),
    1,
  );
  const drawn = { width: WIDTH, paint, now: NOW };
  const watch = { paused: true, note: name, every: 60_000 };
  const alert = {
    ...checked.verdict,
    pipeline: 'shop',
    verdict: 'broken',
    at: NOW,
    kind: 'raised',
    alsoOpen: 0,
  } as const;
  const entry = {
    level: 'WARN',
    timestampNanos: 0n,
    message: alertLine(alert),
    meta: { object: name, many: [name], error: new Error(name) },
  } as const;
  const terminal: Record<string, string[]> = {
    plan: renderPlan(plan, paint, WIDTH),
    adopt: renderSideBySide([planned], paint, WIDTH),
    'apply, live': renderRun(view, retries, drawn),
    'apply, plain': appendedLines(null, view, retries).lines,
    'apply, done': renderReport(done, paint),
    'apply, failed': lostDefinitionLines({ ...view, steps: [{ ...step, id: 'drop-source', state: 'done' }] }, paint),
    status: renderStatus(statusOfCheck(checked, watch, null), drawn),
    'status of a run': renderStatus(statusOfRun('shop', live, checked, watch, true), drawn),
    list: renderList(
      [
        {
          pipeline: 'shop',
          verdict: 'broken',
          cause: name,
          checkedAt: NOW,
          late: false,
          paused: false,
          note: null,
          every: 1,
          run: null,
        },
      ],
      drawn,
    ),
    doctor: renderDoctor([{ what: 'worker', state: 'wrong', detail: `no ${name}`, next: name }], drawn),
    repair: renderRepairPlan(
      repairPlan('shop', { symptoms: [symptom], steps: [planned], findings: [finding] }),
      paint,
      WIDTH,
    ),
    'repair, done': renderRepairReport(repaired, paint, WIDTH),
    destroy: renderDestroyPlan(destroyPlan('shop', [{ ...planned, fate: 'remove' } as never]), paint, WIDTH),
    'destroy, done': renderDestroyReport(
      {
        pipeline: 'shop',
        objects: [{ object: name, fate: 'left-behind', why: name, run: [name] }],
        leftBehind: 1,
        seconds: 1,
      },
      paint,
      WIDTH,
    ),
    verify: renderVerify(compared, paint),
    'what has no renderer': [name],
  };
  return {
    terminal: Object.fromEntries(
      Object.entries(terminal).map(([command, lines]) => [command, lines.map((line) => safeLine(line, paint))]),
    ),
    log: [logLine(entry, 'text', (text) => text)],
    slack: (JSON.parse(slackBody(alert)) as { text: string }).text,
    temporal: {
      'details of a run': renderRunDetails(view),
      'details of a check': renderCheckDetails(checked),
      'details of a comparison': renderVerifyDetails(compared),
      'name of a step': summaryOf(step),
    },
  };
}

/** The message of a failure as the Temporal UI and command line print it. */
export async function failureOf(name: string): Promise<string> {
  const execute = failuresEdge((text) => text)({} as never).inbound?.execute;
  const fails = () => Promise.reject(systemError('Unexpected', 'source', `no ${name}`, { hint: `mend ${name}` }));
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') })
    .run(() => execute?.({ args: [], headers: {} }, fails) as Promise<unknown>)
    .then(
      () => '',
      (error: ApplicationFailure) => `${error.message}\n${error.stack ?? ''}`,
    );
}

export const PAINTS: Paint[] = [plain, colours];
