import { randomUUID } from 'node:crypto';
import { locked } from './errors';
import type { Faults } from './faults';
import type { Operation } from './types';

/** One thing the control plane does, in the order given, one after the other. */
export interface Step {
  action: Operation['action'];
  branchId: string;
  endpointId?: string;
  work: () => Promise<void>;
}

/** The project's operations: scheduling → running → finished. While one runs, the project is locked. */
export class Operations {
  private readonly all: Operation[] = [];
  private readonly timers = new Map<NodeJS.Timeout, () => void>();
  private current: Promise<void> = Promise.resolve();
  private busy = false;
  private stopping = false;

  constructor(
    private readonly project: string,
    /** How long one operation takes beyond its own work, in milliseconds. */
    private readonly durationMs: number,
    private readonly faults: Faults,
  ) {}

  /** Throws 423 while operations run. */
  mustBeIdle(): void {
    if (this.busy) throw locked();
  }

  isBusy(): boolean {
    return this.busy;
  }

  /** Resolves when nothing runs any more. */
  idle(): Promise<void> {
    return this.current;
  }

  /** Newest first, as the API lists them. */
  list(): Operation[] {
    return [...this.all].reverse();
  }

  find(id: string): Operation | undefined {
    return this.all.find((operation) => operation.id === id);
  }

  /** Schedules the steps and answers their operations as they are now. */
  schedule(steps: Step[]): Operation[] {
    if (steps.length === 0) return [];
    this.mustBeIdle();
    const planned = steps.map((step) => ({ step, operation: this.make(step) }));
    this.all.push(...planned.map(({ operation }) => operation));
    this.busy = true;
    this.current = this.runAll(planned).finally(() => {
      this.busy = false;
    });
    return planned.map(({ operation }) => ({ ...operation }));
  }

  /** Ends the waiting, so that what is under way comes to its end at once. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.faults.release();
    for (const [timer, resolve] of this.timers) {
      clearTimeout(timer);
      resolve();
    }
    await this.current;
  }

  private make(step: Step): Operation {
    const now = new Date().toISOString();
    return {
      id: randomUUID(),
      project_id: this.project,
      branch_id: step.branchId,
      ...(step.endpointId === undefined ? {} : { endpoint_id: step.endpointId }),
      action: step.action,
      status: 'scheduling',
      failures_count: 0,
      created_at: now,
      updated_at: now,
      total_duration_ms: 0,
    };
  }

  private async runAll(planned: { step: Step; operation: Operation }[]): Promise<void> {
    let broken = false;
    for (const { step, operation } of planned) {
      if (broken || this.stopping) this.set(operation, { status: 'cancelled' });
      else broken = !(await this.run(step, operation));
    }
  }

  /** Answers whether it finished. */
  private async run(step: Step, operation: Operation): Promise<boolean> {
    await this.pause(this.durationMs / 3);
    const fault = this.faults.takeForOperation(step.action);
    this.set(operation, { status: 'running' });
    // Waits from the moment it is seen running, so that a release is never too early.
    if (fault?.kind === 'operation-stays' && !this.stopping) await this.faults.untilReleased();
    else await this.pause(this.durationMs / 3);
    if (this.stopping) {
      this.set(operation, { status: 'cancelled' });
      return false;
    }
    if (fault?.kind === 'operation-fails') {
      this.fail(operation, fault.status ?? 'failed', 'asked to fail');
      if (!fault.recovers) return false;
      await this.pause(this.durationMs);
      this.set(operation, { status: 'running', retry_at: new Date().toISOString(), error: undefined });
    }
    try {
      await step.work();
    } catch (error) {
      this.fail(operation, 'error', error instanceof Error ? error.message : String(error));
      return false;
    }
    await this.pause(this.durationMs / 3);
    this.set(operation, { status: 'finished' });
    return true;
  }

  private fail(operation: Operation, status: 'failed' | 'error', error: string): void {
    this.set(operation, { status, error, failures_count: operation.failures_count + 1 });
  }

  private set(operation: Operation, change: Partial<Operation>): void {
    const now = new Date();
    const total_duration_ms = now.getTime() - new Date(operation.created_at).getTime();
    Object.assign(operation, change, { updated_at: now.toISOString(), total_duration_ms });
  }

  private pause(ms: number): Promise<void> {
    if (this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.timers.delete(timer);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.timers.set(timer, done);
    });
  }
}
