import { readFile, writeFile } from 'node:fs/promises';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { parse, stringify } from 'yaml';
import type { ListedPipeline } from '../../../src/cli/render/list';
import type { StatusDocument } from '../../../src/cli/render/status-document';
import type { Alert, CheckResult } from '../../../src/core/watch/types';
import { untilEqual } from '../support/compare';
import { ended } from '../support/live';
import { until } from '../support/until';
import { World, type PipelineFile, type WorldOptions } from '../support/world';
import { KEY, Receiver } from './receiver';

/** A look by the command line. */
export interface Looked {
  code: number;
  status: StatusDocument;
}

/** A world with an applied pipeline, whose schedule is driven by hand, and somebody who is told. */
export class Watched {
  private constructor(
    readonly world: World,
    readonly receiver: Receiver,
    readonly file: string,
  ) {}

  /**
   * The schedule's own period is so long that only `check` triggers checks. `change` edits the file before, `prepare` is
   * done before the worker starts, and gives what the worker is to know.
   */
  static async start(
    options: WorldOptions = {},
    change: (file: PipelineFile) => void = () => undefined,
    prepare: (world: World) => Promise<Record<string, string>> = () => Promise.resolve({}),
  ): Promise<Watched> {
    const receiver = await Receiver.start();
    const env: Record<string, string> = {
      N2M_SECRET_ALERT_URL: receiver.url,
      N2M_SECRET_ALERT_KEY: KEY,
      N2M_SECRET_PING_URL: receiver.url,
      ...options.env,
    };
    const world = await World.start({
      ...options,
      neon: { sampleOrders: 200, operationMs: 50, ...options.neon },
      materialize: {
        statisticsInterval: 500,
        schemaValidationInterval: 500,
        restartDelay: 200,
        ...options.materialize,
      },
      env,
    });
    try {
      Object.assign(env, await prepare(world));
      await world.startWorker();
      const path = await world.write((file) => {
        file.alerts = [{ webhook: 'env:N2M_SECRET_ALERT_URL', signingKey: 'env:N2M_SECRET_ALERT_KEY' }];
        file.watch = { every: '1h', pingUrl: 'env:N2M_SECRET_PING_URL' };
        change(file);
      });
      const { code, stderr } = await world.n2m(['apply', path, '--yes']);
      if (code !== 0) throw new Error(`apply ended with ${code}: ${stderr}`);
      return new Watched(world, receiver, path);
    } catch (error) {
      await world.stop();
      await receiver.stop();
      throw error;
    }
  }

  get schedule() {
    return this.world.temporal.schedule.getHandle(`pipeline/${this.world.name}/watch`);
  }

  /** One scheduled check, begun after now, and what it found. */
  async check(): Promise<CheckResult> {
    const started = async () =>
      (await this.schedule.describe()).info.recentActions.map(({ action }) => action.workflow);
    const before = new Set((await started()).map(({ firstExecutionRunId }) => firstExecutionRunId));
    await this.schedule.trigger(ScheduleOverlapPolicy.SKIP);
    const workflow = await until(async () =>
      (await started()).find(({ firstExecutionRunId }) => !before.has(firstExecutionRunId)),
    );
    const handle = this.world.temporal.workflow.getHandle(workflow.workflowId, workflow.firstExecutionRunId);
    return (await handle.result()) as CheckResult;
  }

  /** Two checks: whatever happened has to be known, and told, by the end of the second. */
  async twoChecks(): Promise<{ result: CheckResult; told: Alert[] }> {
    const from = this.receiver.alerts.length;
    await this.check();
    const result = await this.check();
    return { result, told: this.receiver.alerts.slice(from) };
  }

  /** The next check finds it, and says that a repair is what mends it. */
  async found(rule: string, severity: string, table: string | null = null): Promise<CheckResult> {
    const result = await this.check();
    expect(result.verdict).toMatchObject({ name: 'broken', severity, next: `n2m repair ${this.world.name}` });
    expect(result.verdict.symptoms).toContainEqual(expect.objectContaining({ rule, severity, table }));
    return result;
  }

  /** The pipeline's repair mends it: both sides are equal, and the next check has nothing to say. */
  async repaired(): Promise<void> {
    await ended(this.world, ['repair', this.world.name, '--yes']);
    await untilEqual(this.world);
    const { verdict } = await this.check();
    expect(verdict.symptoms).toEqual([]);
  }

  async status(args: string[] = []): Promise<Looked> {
    const { code, stdout, stderr } = await this.world.n2m(['status', this.world.name, '--output', 'json', ...args]);
    if (stdout === '') throw new Error(`status ended with ${code}: ${stderr}`);
    return { code, status: JSON.parse(stdout) as StatusDocument };
  }

  /** Applies the file anew, with a change. `exit`: how it ends, 3 where its last look finds something bad. */
  async apply(change: (file: PipelineFile) => void, exit = 0): Promise<void> {
    const file = parse(await readFile(this.file, 'utf8')) as PipelineFile;
    change(file);
    await writeFile(this.file, stringify(file, { lineWidth: 0 }));
    const { code, stderr } = await this.world.n2m(['apply', this.file, '--yes']);
    if (code !== exit) throw new Error(`apply ended with ${code}: ${stderr}`);
  }

  /** Its line of `n2m list`. */
  async listed(): Promise<ListedPipeline | undefined> {
    const { stdout } = await this.world.n2m(['list', '--output', 'json']);
    const { pipelines } = JSON.parse(stdout) as { pipelines: ListedPipeline[] };
    return pipelines.find(({ pipeline }) => pipeline === this.world.name);
  }

  /** What Materialize says of the source and of its tables, by name. */
  async statuses(): Promise<Record<string, string>> {
    const { rows } = await this.world.target((client) =>
      client.query<{ name: string; status: string }>(
        `SELECT o.name, s.status FROM mz_internal.mz_source_statuses s JOIN mz_catalog.mz_objects o ON o.id = s.id
         JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id WHERE n.name = '${this.world.name}'`,
      ),
    );
    return Object.fromEntries(rows.map(({ name, status }) => [name, status]));
  }

  upstream(sql: string) {
    return this.world.upstream((client) => client.query(sql));
  }

  /** Waits until Materialize itself shows it; only then do the checks count. */
  async untilStatus(name: string, status: string): Promise<void> {
    await until(async () => ((await this.statuses())[name] === status ? true : undefined), `${name} ${status}`);
  }

  get source(): string {
    return `${this.world.name}_source`;
  }

  /** More WAL than an idle server writes by itself. */
  async write(rows = 400): Promise<void> {
    await this.world.upstream((client) =>
      client.query(
        `INSERT INTO orders (customer_id, status, total, note)
         SELECT 1, 'more', n, repeat('x', 200) FROM generate_series(1, $1::int) n`,
        [rows],
      ),
    );
  }

  async stop(): Promise<void> {
    await this.world.stop();
    await this.receiver.stop();
  }
}

/** Checks until the recovery is told, and two more: one recovery, and nothing else about it. `nudge` comes before each. */
export async function expectRecovery(watched: Watched, nudge: () => Promise<unknown> = () => Promise.resolve()) {
  const from = watched.receiver.alerts.length;
  // When a check comes is the machine's.
  const told = () =>
    watched.receiver.alerts.slice(from).filter(({ symptoms }) => symptoms.some(({ rule }) => rule !== 'check-late'));
  await until(async () => {
    await nudge();
    const { verdict } = await watched.check();
    return verdict.name === 'healthy' && told().length > 0 ? true : undefined;
  }, 'a recovery');
  for (let more = 0; more < 2; more += 1) {
    await nudge();
    await watched.check();
  }
  expect(told().map((alert) => ({ ...gist(alert), cause: alert.cause }))).toEqual([
    {
      kind: 'recovered',
      severity: 'ok',
      rules: expect.any(Array) as string[],
      cause: expect.stringMatching(/^recovered: /) as string,
    },
  ]);
  const { code, status } = await watched.status();
  expect({ code, verdict: status.verdict, alerts: status.alerts }).toEqual({ code: 0, verdict: 'healthy', alerts: [] });
}

/** What an alert is about, as far as tests compare it. */
export const gist = ({ kind, severity, symptoms }: Alert) => ({
  kind,
  severity,
  rules: symptoms.map(({ rule }) => rule),
});
