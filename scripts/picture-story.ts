import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Stack } from '../local/stack';
import { projectRoot } from '../local/stack/worker';
import type { RunView } from '../src/core/run/types';

/** One pipeline of the stack while pictures are taken of it. */
export class PictureStory {
  private constructor(
    private readonly stack: Stack,
    private readonly pipeline: string,
    private readonly connection: Connection,
    private readonly client: Client,
  ) {}

  static async of(stack: Stack, pipeline: string): Promise<PictureStory> {
    const { address, namespace } = stack.file.temporal;
    const connection = await Connection.connect({ address });
    return new PictureStory(stack, pipeline, connection, new Client({ connection, namespace }));
  }

  /** All that the command printed, whatever it ended with. */
  async n2m(...args: string[]): Promise<string> {
    const child = spawn(process.execPath, [join(projectRoot, 'lib', 'client.js'), ...args], {
      env: { ...process.env, ...this.stack.file.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    return output;
  }

  /** Waits for what the run says of itself; throws after two minutes. */
  async until(what: string, there: (view: RunView) => boolean): Promise<void> {
    const deadline = Date.now() + 120_000;
    while (Date.now() < deadline) {
      const view = await this.run.query<RunView>('view').catch(() => null);
      if (view && there(view)) return;
      await delay(100);
    }
    throw new Error(`waited in vain for ${what}`);
  }

  /** A scheduled check, begun now and completed. */
  async check(): Promise<void> {
    await this.schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
    for (;;) {
      const [started] = (await this.schedule.describe()).info.recentActions;
      if (started) {
        const { workflowId, firstExecutionRunId } = started.action.workflow;
        await this.client.workflow.getHandle(workflowId, firstExecutionRunId).result();
        return;
      }
      await delay(100);
    }
  }

  /** A page of the run in the Temporal UI. */
  async page(tab: string): Promise<string> {
    return this.url((await this.run.describe()).runId, `pipeline/${this.pipeline}`, tab);
  }

  /** The same of the last check. */
  async checkPage(tab: string): Promise<string> {
    const last = (await this.schedule.describe()).info.recentActions.at(-1);
    if (!last) throw new Error(`${this.pipeline} was not checked`);
    const { workflowId, firstExecutionRunId } = last.action.workflow;
    return this.url(firstExecutionRunId, workflowId, tab);
  }

  async end(): Promise<void> {
    await this.connection.close();
  }

  private get run() {
    return this.client.workflow.getHandle(`pipeline/${this.pipeline}`);
  }

  private get schedule() {
    return this.client.schedule.getHandle(`pipeline/${this.pipeline}/watch`);
  }

  private url(execution: string, workflow: string, tab: string): string {
    const { ui, namespace } = this.stack.file.temporal;
    return `${ui}/namespaces/${namespace}/workflows/${encodeURIComponent(workflow)}/${execution}/${tab}`;
  }
}
