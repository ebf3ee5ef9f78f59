import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, World } from '../e2e/support/world';

/** Between two tries to start one, as an orchestrator has it: without Temporal a worker does not start. */
const AGAIN_MS = 500;

interface Lane {
  worker: ChildProcess | null;
  /** What dies in it is not replaced. */
  retired: boolean;
  over: Promise<void>;
}

/** The workers of one pipeline, kept alive by an orchestrator; one that stands still is replaced, and goes on beside its successor. */
export class Workers {
  private stopping = false;
  private readonly lanes: Lane[] = [];

  constructor(
    private readonly world: World,
    private readonly fault: Fault,
  ) {
    this.replace();
  }

  /** One that nobody ever stopped, or went on; null while none runs. */
  private get acting(): Lane | null {
    return this.lanes.find(({ worker, retired }) => worker !== null && !retired) ?? null;
  }

  /** SIGKILL to whoever acts. */
  kill(): boolean {
    return this.acting?.worker?.kill('SIGKILL') ?? false;
  }

  /** SIGSTOP; a successor comes; SIGCONT after that time, and a while later it is told to end. */
  async standStill(ms: number): Promise<boolean> {
    const lane = this.acting;
    // Kept here: one that ends by itself once it goes on, as without Temporal, leaves its lane empty.
    const worker = lane?.worker;
    if (!lane || !worker) return false;
    lane.retired = true;
    worker.kill('SIGSTOP');
    this.replace();
    await pause(ms);
    worker.kill('SIGCONT');
    await pause(ms);
    worker.kill('SIGTERM');
    return true;
  }

  /** Ends them all; those that stand still, too. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const { worker } of this.lanes) {
      worker?.kill('SIGCONT');
      worker?.kill('SIGTERM');
    }
    await Promise.all(this.lanes.map(({ over }) => over));
  }

  private replace(): void {
    const lane: Lane = { worker: null, retired: false, over: Promise.resolve() };
    this.lanes.push(lane);
    lane.over = this.keep(lane);
  }

  private async keep(lane: Lane): Promise<void> {
    while (!this.stopping && !lane.retired) {
      try {
        const worker = await this.world.startWorker(this.fault);
        lane.worker = worker;
        if (this.stopping) worker.kill('SIGTERM');
        if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
      } catch {
        await pause(AGAIN_MS);
      } finally {
        lane.worker = null;
      }
    }
  }
}
