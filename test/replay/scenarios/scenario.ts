import { Client } from '@temporalio/client';
import { runId } from '../../../src/core/names';
import type { RunView } from '../../../src/core/run/types';
import { until } from '../../e2e/support/until';
import { World, type PipelineFile, type WorldOptions } from '../../e2e/support/world';
import { save } from '../save';
import { recordedConverter } from '../stored';

/** Part of a pipeline's life, and the histories it leaves. */
export type Scenario = (life: Life) => Promise<void>;

/** A pipeline with a world of its own, asked through the command line. */
export class Life {
  private readonly reader: Client;

  constructor(readonly world: World) {
    const { connection } = world.temporal;
    // One that can read encrypted runs, too.
    this.reader = new Client({
      connection,
      namespace: world.env.TEMPORAL_NAMESPACE,
      dataConverter: recordedConverter(),
    });
  }

  get run() {
    return this.reader.workflow.getHandle(runId(this.world.name));
  }

  /** Runs a command that has to end with one of these codes, and gives what it printed. */
  async n2m(args: string[], codes = [0]): Promise<string> {
    const { code, stdout, stderr } = await this.world.n2m(args);
    if (!codes.includes(code)) throw new Error(`n2m ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  async apply(change?: (file: PipelineFile) => void): Promise<void> {
    await this.n2m(['apply', await this.world.write(change), '--yes']);
  }

  /** Starts a run that nobody waits for. */
  async begin(change?: (file: PipelineFile) => void): Promise<void> {
    await this.n2m(['apply', await this.world.write(change), '--no-wait'], [0, 4]);
  }

  async until(what: string, there: (view: RunView) => boolean): Promise<void> {
    await until(async () => {
      const view = await this.run.query<RunView>('view');
      if (view.phase === 'failed') throw new Error(`the run failed: ${view.failure?.message ?? ''}`);
      return there(view) || undefined;
    }, what);
  }

  /** The newest closed run of a kind that is no run of the pipeline's own: a check, a plan, a comparison. */
  async saveNewest(workflowType: string, name: string): Promise<void> {
    const query = `WorkflowType = '${workflowType}' AND ExecutionStatus = 'Completed'`;
    const id = await until(async () => {
      for await (const { workflowId, runId: run } of this.reader.workflow.list({ query })) return { workflowId, run };
      return undefined;
    }, `a ${workflowType} that is over`);
    await save(this.reader.workflow.getHandle(id.workflowId, id.run), name);
  }

  /** What began the newest run. */
  async saveParent(name: string): Promise<void> {
    const { workflowId, runId: run } = (await this.run.describe()).raw.workflowExecutionInfo?.parentExecution ?? {};
    if (!workflowId || !run) throw new Error('nothing of Temporal began the run');
    await save(this.reader.workflow.getHandle(workflowId, run), name);
  }

  save(name: string): Promise<void> {
    return save(this.run, name);
  }

  /** Every run of a chain that went on as new ones, in order. */
  async saveChain(name: string): Promise<void> {
    const chain: { run: string; startTime: Date }[] = [];
    const query = `WorkflowId = '${runId(this.world.name)}'`;
    for await (const { runId: run, startTime } of this.reader.workflow.list({ query })) chain.push({ run, startTime });
    chain.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
    for (const [index, { run }] of chain.entries())
      await save(this.reader.workflow.getHandle(runId(this.world.name), run), `${name}-${index + 1}`);
  }
}

/** With a worker, and with everything stopped afterwards. */
export async function inWorld(scenario: Scenario, options: WorldOptions = {}): Promise<void> {
  const quick = { statisticsInterval: 500, schemaValidationInterval: 500, restartDelay: 500 };
  const world = await World.start({
    neon: { sampleOrders: 200, operationMs: 50 },
    materialize: quick,
    ...options,
  });
  try {
    await world.startWorker();
    await scenario(new Life(world));
  } catch (error) {
    process.stderr.write(world.log.slice(-20).join(''));
    throw error;
  } finally {
    await world.stop();
  }
}
