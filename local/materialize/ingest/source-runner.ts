import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { IngestedSource, IngestedTable, IngestionSettings, Replica, UpstreamConnection } from '../contract';
import { connectUpstream, cut } from '../upstream';
import { runDataflow } from './dataflow';
import type { DataflowContext } from './dataflow-context';
import { DefiniteError, tableErrors, TransientError, type TableError } from './errors';
import { addFrontiers, removeFrontiers } from './reports/frontiers';
import { runningTable, type RunningTable } from './tables/running-table';
import { forgetSource, forgetTable, installIngestTables, setTableError } from './store';
import { SourceStatistics } from './reports/statistics';
import * as statuses from './reports/statuses';

const UNDEFINED_TABLE = '42P01';
/** Pause after the store itself failed. */
const STORE_RETRY_MS = 500;

const isUndefinedTable = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === UNDEFINED_TABLE;

/** Settles when the source is to run otherwise than it does. */
class Change {
  resolve: () => void = () => undefined;
  readonly promise = new Promise<void>((resolve) => (this.resolve = resolve));
}

/** Runs one source for as long as it exists: starts its dataflow, reports what ends it, starts it again. */
export class SourceRunner {
  private tables: RunningTable[];
  private connection: UpstreamConnection;
  private statistics: SourceStatistics | null = null;
  private run: AbortController | null = null;
  private changed = new Change();
  private readonly history: statuses.StatusHistory;
  private stopped = false;
  private reporting: Promise<void> = Promise.resolve();
  private readonly reporter: NodeJS.Timeout;
  /** Settles when nothing of this source runs any more. */
  readonly ended: Promise<void>;

  constructor(
    private readonly store: Pool,
    private readonly settings: IngestionSettings,
    readonly source: IngestedSource,
    private replica: Replica | null,
  ) {
    this.history = new statuses.StatusHistory(store);
    this.tables = source.tables.map(runningTable);
    this.connection = source.connection;
    this.reporter = setInterval(() => this.report(), settings.statisticsInterval);
    this.ended = this.live();
  }

  get upstream(): UpstreamConnection {
    return this.connection;
  }

  moveTo(replica: Replica | null): void {
    const before = this.replica;
    if (before?.id === replica?.id && before?.size === replica?.size) return;
    this.replica = replica;
    this.leave(before, replica);
    this.restart();
  }

  /** They are copied from the next `restart` on. */
  addTables(tables: IngestedTable[]): void {
    this.tables.push(...tables.map(runningTable));
  }

  removeTable(id: string): void {
    const table = this.tables.find((one) => one.id === id);
    if (table === undefined) return;
    table.removed = true;
    this.tables = this.tables.filter((one) => one !== table);
    this.enqueue(() => this.forget([id]));
    // Its snapshot is under way, or it was the last one: the dataflow is another now.
    if (!table.committed || this.tables.length === 0) this.restart();
  }

  reconnect(connection: UpstreamConnection): void {
    this.connection = connection;
    this.restart();
  }

  /** Ends everything; what is in the store and upstream stays. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.reporter);
    this.restart();
    await this.ended;
    await this.reporting;
  }

  /** Ends everything and removes what the ingestion keeps of the source. */
  async remove(): Promise<void> {
    await this.stop();
    const ids = this.ids();
    await this.history.record(ids.map((id) => ({ id, status: 'dropped', replicaId: null })));
    await this.forget(this.source.progressId === undefined ? ids : [...ids, this.source.progressId]);
    await forgetSource(this.store, this.source.id);
  }

  private ids(): string[] {
    return [this.source.id, ...this.tables.map(({ id }) => id)];
  }

  private async forget(ids: string[]): Promise<void> {
    await removeFrontiers(this.store, ids);
    const statistics = this.statistics ?? new SourceStatistics(this.store, this.source.id, '');
    await statistics.forget(ids);
    for (const id of ids) await forgetTable(this.store, id);
  }

  restart(): void {
    this.run?.abort();
    this.changed.resolve();
  }

  /** Writes that must keep their order and that nobody waits for. */
  private enqueue(work: () => Promise<void>): void {
    this.reporting = this.reporting.then(work).catch((error: Error) => this.complain(error));
  }

  private report(): void {
    this.enqueue(async () => this.statistics?.report());
  }

  private leave(before: Replica | null, next: Replica | null): void {
    const paused = (hint: string, replicaId: string | null): statuses.StatusEvent[] =>
      this.ids().map((id) => ({ id, status: 'paused', details: { hints: [hint] }, replicaId }));
    const none = next === null ? paused(statuses.NO_REPLICA, null) : [];
    const dropped = before === null ? [] : paused(statuses.REPLICA_DROPPED, before.id);
    this.enqueue(async () => {
      await this.history.record(none);
      await this.history.record(dropped);
    });
  }

  private async live(): Promise<void> {
    await this.prepare();
    while (!this.stopped) {
      this.changed = new Change();
      await this.reporting;
      if (this.stopped) return;
      if (this.replica === null) await this.changed.promise;
      else await this.attempt(this.replica);
    }
  }

  private async prepare(): Promise<void> {
    try {
      await installIngestTables(this.store);
      await statuses.truncateStatuses(this.store, this.ids());
      if (this.replica === null) this.leave(null, null);
    } catch (error) {
      this.complain(error);
    }
  }

  private async attempt(replica: Replica): Promise<void> {
    const run = new AbortController();
    this.run = run;
    let stopped = false;
    try {
      const context = await this.begin(replica, run.signal);
      await runDataflow(context, () => {
        stopped = run.signal.aborted;
        run.abort();
      });
    } catch (error) {
      if (!stopped) await this.failed(error, replica);
    }
  }

  private async begin(replica: Replica, signal: AbortSignal): Promise<DataflowContext> {
    const tables = [...this.tables];
    const ids = this.ids();
    const progressId = this.source.progressId ?? null;
    if (this.statistics?.replicaId !== replica.id) {
      this.statistics = new SourceStatistics(this.store, this.source.id, replica.id);
      await this.statistics.load(ids);
    }
    for (const table of tables) this.statistics.of(table.id).rehydrationMs = null;
    await addFrontiers(this.store, progressId === null ? ids : [...ids, progressId]);
    for (const status of ['starting', 'running'] as const) {
      await this.history.record(ids.map((id) => ({ id, status, replicaId: replica.id })));
    }
    return {
      store: this.store,
      settings: this.settings,
      sourceId: this.source.id,
      progressId,
      slot: this.source.slot,
      publication: this.source.publication,
      timelineId: this.source.timelineId ?? null,
      // Releases that do not look take whatever is there for a primary.
      standby: this.settings.checksRecovery && (this.source.standby ?? false),
      connection: this.connection,
      replica,
      tables,
      statistics: this.statistics,
      startedAt: Date.now(),
      signal,
      open: async (mode) => {
        const client = await connectUpstream(this.connection, mode, signal);
        if (signal.aborted) cut(client);
        else signal.addEventListener('abort', () => cut(client), { once: true });
        return client;
      },
      reportTableError: (table, error) => this.loseTable(table, error, replica),
      reportUnreadable: (table, message) =>
        this.tellLater(statuses.tableStalled(table.id, message, replica.id), signal),
    };
  }

  /** What reads find at once, a status says a moment later. */
  private async tellLater(status: statuses.StatusEvent, signal: AbortSignal): Promise<void> {
    const { statusDelay } = this.settings;
    if (statusDelay === 0) return this.history.record([status]);
    const timer = setTimeout(() => void this.history.record([status]).catch(() => undefined), statusDelay);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  private async loseTable(table: RunningTable, error: TableError, replica: Replica): Promise<void> {
    table.dead = true;
    await setTableError(this.store, table.id, error);
    await this.history.record([statuses.tableStalled(table.id, error.message, replica.id)]);
  }

  /** Says what ended the dataflow, and waits until it is time to start again. */
  private async failed(error: unknown, replica: Replica): Promise<void> {
    // Ended with the source: a timer left over would hold the process.
    const enough = new AbortController();
    const retry = async (ms: number): Promise<void> => {
      const timer = pause(ms, undefined, { signal: enough.signal }).catch(() => undefined);
      await Promise.race([timer, this.changed.promise]);
      enough.abort();
    };
    try {
      if (error instanceof DefiniteError) {
        await this.history.record([statuses.sourceStalled(this.source.id, error.message, replica.id)]);
        const lost = tableErrors.ofSource(error.message);
        for (const table of this.tables) if (!table.dead) await this.loseTable(table, lost, replica);
        await this.changed.promise;
      } else if (error instanceof TransientError) {
        await this.history.record([statuses.sourceStalled(this.source.id, error.message, replica.id)]);
        await retry(this.settings.restartDelay);
      } else {
        // A table the catalog has dropped a moment before it tells us is no failure.
        if (!isUndefinedTable(error)) this.complain(error);
        await retry(STORE_RETRY_MS);
      }
    } catch (storeError) {
      this.complain(storeError);
      await retry(STORE_RETRY_MS);
    }
  }

  /** The store is ours: an error there is a defect of the stand-in, not a state of the source. */
  private complain(error: unknown): void {
    if (this.stopped) return;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.error(`ingestion of source ${this.source.id}: the store failed: ${text}`);
  }
}
