import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ApplicationFailure, Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type ActivityInterceptorsFactory } from '@temporalio/worker';
import { emptyTally, verifyResult } from '../../src/core/verify/report';
import type { Activities } from '../../src/activities/types';
import { dataConverterOf } from '../../src/codec';
import { runId } from '../../src/core/names';
import type { DestroyPlan, DestroyStep } from '../../src/core/destroy/types';
import type { Plan, PlanStep, StepResult } from '../../src/core/plan/types';
import type { Definition, Recreated, RepairPlan } from '../../src/core/repair/types';
import { STEP_IDS } from '../../src/core/objects';
import type { PipelineSpec } from '../../src/core/spec/types';
import type { CheckResult } from '../../src/core/watch/types';
import { postgresSpec } from '../core/plan/fixtures';
import { references } from './references';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/** A client of the run's Temporal server, and a way to run a worker with fakes for one test. */
export interface Harness {
  client: Client;
  taskQueue: string;
  /** Runs `test` while a worker with these activities polls; names of the calls are kept in order. */
  withWorker<T>(
    activities: Activities,
    test: () => Promise<T>,
    interceptors?: ActivityInterceptorsFactory[],
    /** The workflows' code where it is not the built one. */
    bundle?: string,
  ): Promise<T>;
  close(): Promise<void>;
}

/** On the run's own server, or on another. */
export async function startHarness(
  { address, namespace }: { address?: string; namespace?: string } = {
    address: process.env.N2M_TEST_TEMPORAL_ADDRESS,
    namespace: process.env.N2M_TEST_TEMPORAL_NAMESPACE,
  },
): Promise<Harness> {
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace, dataConverter: dataConverterOf([]) });
  const taskQueue = `test-${randomUUID()}`;
  return {
    client,
    taskQueue,
    async withWorker(activities, test, interceptors = [], bundle = undefined) {
      const worker = await Worker.create({
        connection: native,
        namespace,
        taskQueue,
        activities,
        dataConverter: dataConverterOf([]),
        interceptors: { activity: [references(client.workflow), ...interceptors] },
        workflowBundle: bundle ? { code: bundle } : { codePath: join(__dirname, '../../lib/workflow-bundle.js') },
      });
      return worker.runUntil(test);
    },
    async close() {
      await connection.close();
      await native.close();
    },
  };
}

/** Begins `replicate` for a pipeline of that name, with what was approved beforehand. */
export const startRun = ({ client, taskQueue }: Harness, name: string, approved: string[] = []) =>
  client.workflow.start('replicate', {
    taskQueue,
    workflowId: runId(name),
    args: [{ spec: spec(name), approved }],
  });

/** Lets no test wait for the pauses between attempts. */
export const hurry: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        if (error instanceof ApplicationFailure) Object.assign(error, { nextRetryDelay: '10ms' });
        throw error;
      }
    },
  },
});

/** Typed fakes: adding an activity breaks the build here, not production. Each call is recorded by name. */
export function fakes(calls: string[], overrides: Partial<Activities> = {}): Activities {
  const step = (name: string) => (): Promise<StepResult> => {
    calls.push(name);
    return Promise.resolve({ outcome: 'created', object: name, sentence: `${name} done` });
  };
  const plain: Activities = {
    // Not noted: what is done is the same whether or not anybody is told.
    tellRun: () => Promise.resolve(),
    makePlan: ({ spec }) => {
      calls.push('makePlan');
      return Promise.resolve(
        planOf(
          spec.name,
          STEP_IDS.filter((id) => id !== 'drop-tables').map((id) => planStep(id)),
        ),
      );
    },
    enableLogicalReplication: step('enableLogicalReplication'),
    ensureRole: step('ensureRole'),
    ensureReplicaIdentity: step('ensureReplicaIdentity'),
    ensureGrants: step('ensureGrants'),
    ensurePublication: step('ensurePublication'),
    allowEgressIps: step('allowEgressIps'),
    ensureSchema: step('ensureSchema'),
    ensureCluster: step('ensureCluster'),
    ensureSecret: step('ensureSecret'),
    ensureConnection: step('ensureConnection'),
    ensureSource: step('ensureSource'),
    dropTables: step('dropTables'),
    dropLeftClusters: step('dropLeftClusters'),
    awaitRunning: step('awaitRunning'),
    awaitSnapshot: () => {
      calls.push('awaitSnapshot');
      return Promise.resolve({ end: 'committed', progress: progress() });
    },
    rightSize: step('rightSize'),
    ensureWatch: step('ensureWatch'),
    check: ({ spec }) => {
      calls.push('check');
      return Promise.resolve(checkResult(spec.name));
    },
    verifyTables: ({ spec, amount }) => {
      calls.push('verifyTables');
      return Promise.resolve(verifyResult(emptyTally(spec.name, '2026-11-22T10:00:00.000Z', amount), 1));
    },
    planDestroy: ({ spec, leaveUpstream }) => {
      calls.push('planDestroy');
      return Promise.resolve(destroyPlan(spec.name, [], { leaveUpstream }));
    },
    removeWatch: step('removeWatch'),
    removeSource: step('removeSource'),
    removeSlot: step('removeSlot'),
    removeConnection: step('removeConnection'),
    removeSecret: step('removeSecret'),
    removeCluster: step('removeCluster'),
    removeSchema: step('removeSchema'),
    unpublish: step('unpublish'),
    restoreIdentity: step('restoreIdentity'),
    revokeGrants: step('revokeGrants'),
    removeRole: step('removeRole'),
    removeIps: step('removeIps'),
    removePublication: step('removePublication'),
    removeRecord: step('removeRecord'),
    planRotate: ({ spec }) => {
      calls.push('planRotate');
      return Promise.resolve({ ...planOf(spec.name, [planStep('rotate'), planStep('reconnect')]) });
    },
    rotatePassword: step('rotatePassword'),
    reconnectSource: step('reconnectSource'),
    planRepair: ({ spec }) => {
      calls.push('planRepair');
      return Promise.resolve(repairPlan(spec.name));
    },
    lookForOwed: () => Promise.resolve([]),
    keepDefinitions: () => {
      calls.push('keepDefinitions');
      return Promise.resolve([]);
    },
    dropDeadTables: step('dropDeadTables'),
    dropLostSource: step('dropLostSource'),
    recreateDependents: ({ definitions }) => {
      calls.push('recreateDependents');
      return Promise.resolve(definitions.map(recreated));
    },
    copyBeside: step('copyBeside'),
    switchTables: ({ plan, definitions }) => {
      calls.push(`switchTables ${plan.damage.dead.map(({ id }) => id).join()}`);
      return Promise.resolve(definitions.map(recreated));
    },
  };
  return { ...plain, ...overrides };
}

const recreated = ({ name, type }: Definition): Recreated => ({ name, type, outcome: 'recreated', why: null, sql: [] });

export function planStep(id: PlanStep['id'], rest: Partial<PlanStep> = {}): PlanStep {
  const plain = { changes: [], interrupts: null, irreversible: null, approval: null };
  return { id, action: 'create', object: id, sentence: `do ${id}`, ...plain, ...rest };
}

export function planOf(pipeline: string, steps: PlanStep[], rest: Partial<Plan> = {}): Plan {
  const needsApproval = steps.flatMap((step) =>
    step.approval ? [{ key: step.approval, step: step.id, reason: 'because' }] : [],
  );
  return {
    pipeline,
    findings: [],
    steps,
    changes: steps.filter((step) => step.action !== 'keep').length,
    needsApproval,
    tables: [],
    removed: [],
    rebuild: null,
    syntax: 'subsources',
    snapshot: { rows: null, bytes: '0', estimates: [] },
    ...rest,
  };
}

export function destroyPlan(pipeline: string, steps: DestroyStep[], rest: Partial<DestroyPlan> = {}): DestroyPlan {
  return {
    pipeline,
    findings: [],
    steps,
    changes: steps.filter(({ fate }) => fate === 'remove').length,
    needsApproval: [],
    leaveUpstream: false,
    dependents: [],
    known: { slot: 'materialize_00000000000000000000000000000000', added: [] },
    ...rest,
  };
}

export function repairPlan(pipeline: string, rest: Partial<RepairPlan> = {}): RepairPlan {
  return {
    pipeline,
    findings: [],
    steps: [],
    changes: 0,
    needsApproval: [],
    symptoms: [],
    damage: { password: false, recreate: [], dead: [], converge: [] },
    dependents: [],
    slot: 'materialize_00000000000000000000000000000000',
    attempts: 0,
    ...rest,
  };
}

export function progress() {
  const at = new Date(0).toISOString();
  return {
    startedAt: at,
    observedAt: at,
    restarts: 0,
    tables: [],
    rowsPerSecond: null,
    etaSeconds: null,
    sourceStatus: 'running',
    sourceError: null,
    stalledLooks: 0,
    attempt: { slots: [], replicas: [] },
    counters: 0,
    lastMovementAt: at,
    stuck: null,
  };
}

export function checkResult(pipeline: string): CheckResult {
  const at = new Date(0).toISOString();
  const failure = {
    type: 'Unreachable',
    system: 'source',
    message: 'no server in this test',
    code: null,
    retryable: true,
    hint: null,
  } as const;
  return {
    pipeline,
    checkedAt: at,
    verdict: {
      name: 'unknown',
      severity: 'warn',
      cause: 'nothing was read',
      next: `n2m status ${pipeline}`,
      symptoms: [],
      notJudged: [],
    },
    reading: {
      takenAt: at,
      durationMs: 1,
      source: { ok: false, failure },
      target: { ok: false, failure },
      changeUnderWay: null,
      watch: null,
    },
    alertsSent: [],
    alertsFailed: 0,
    memory: {
      version: 1,
      lastCheckAt: at,
      since: {},
      streaks: {},
      slot: null,
      slotSeen: false,
      restartLsn: null,
      confirmedLsn: null,
      latched: [],
      alerts: [],
    },
  };
}

/** Any valid file: these workflows never look inside. */
export const spec = (name: string): PipelineSpec => ({ ...postgresSpec(), name });
