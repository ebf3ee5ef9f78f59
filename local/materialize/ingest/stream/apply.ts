import type { DataflowContext } from '../dataflow-context';
import { tableErrors, type TableError } from '../errors';
import type { Lsn } from './lsn';
import { columnPositions } from '../tables/compatibility';
import type { Message, Relation, Value } from './pgoutput';
import { isLive, type RunningTable } from '../tables/running-table';
import { countUnreadable, setAppliedLsn, setTableError, StoreTransaction } from '../store';
import { copyLine } from '../tables/copy-text';
import { TableWriter } from '../tables/table-writer';
import { castError } from '../tables/unreadable-values';

/** Collected changes at which they are written even in the middle of an upstream transaction. */
const MAX_CHANGES = 20_000;
const MAX_BYTES = 16 * 1024 * 1024;

interface Target {
  table: RunningTable;
  positions: number[] | null;
  writer: TableWriter;
  staged: number;
  /** Rows with values that cannot be held, not written yet. */
  unreadable: { line: string; message: string; count: 1 | -1 }[];
}

const MISSING_ROW: TableError = {
  message: 'Invalid data in source, saw retractions (1) for row that does not exist',
  readable: false,
};

/**
 * Turns messages of the stream into rows of the store. Changes are collected over upstream transactions and written in
 * one transaction of the store together with how far it is; very large ones are written in pieces before that.
 */
export class Applier {
  private readonly targets: Target[];
  private readonly byOid = new Map<number, Target[]>();
  private readonly refused = new Map<RunningTable, string>();
  private readonly failed: { table: RunningTable; error: TableError }[] = [];
  private transaction: StoreTransaction | null = null;
  private commitLsn: Lsn = 0n;
  private heldBytes = 0;
  private inTransaction = false;
  /** Everything before this has been taken in. */
  seen: Lsn;

  constructor(
    private readonly context: DataflowContext,
    /** Everything before this is in the store. */
    public applied: Lsn,
  ) {
    this.seen = applied;
    this.targets = context.tables.map((table) => ({
      table,
      positions: null,
      writer: new TableWriter(table.id, table.upstream),
      staged: 0,
      unreadable: [],
    }));
    for (const target of this.targets) {
      const { oid } = target.table.upstream;
      this.byOid.set(oid, [...(this.byOid.get(oid) ?? []), target]);
    }
  }

  /** Between upstream transactions, so that the store may commit. */
  get atBoundary(): boolean {
    return !this.inTransaction;
  }

  get hasChanges(): boolean {
    return (
      this.transaction !== null ||
      this.failed.length > 0 ||
      this.targets.some(({ writer, unreadable }) => writer.size + unreadable.length > 0)
    );
  }

  get isFull(): boolean {
    return this.heldBytes > MAX_BYTES || this.targets.some(({ writer }) => writer.size > MAX_CHANGES);
  }

  /** Upstream has nothing for us before `lsn`. */
  caughtUpTo(lsn: Lsn): void {
    if (!this.inTransaction && lsn > this.seen) this.seen = lsn;
  }

  take(message: Message, bytes: number): void {
    switch (message.kind) {
      case 'begin':
        this.commitLsn = message.commitLsn;
        this.inTransaction = true;
        return;
      case 'commit':
        this.inTransaction = false;
        this.caughtUpTo(message.endLsn);
        return;
      case 'relation':
        this.align(message.relation);
        return;
      case 'truncate':
        for (const target of message.oids.flatMap((oid) => this.live(oid))) this.lose(target, tableErrors.truncated);
        return;
      case 'other':
        return;
      default:
        for (const target of this.live(message.oid)) this.change(target, message, bytes);
    }
  }

  /** Tables fed by this upstream table whose snapshot does not hold the current transaction already. */
  private live(oid: number): Target[] {
    const targets = this.byOid.get(oid) ?? [];
    return targets.filter(({ table }) => isLive(table) && this.commitLsn >= table.snapshotLsn);
  }

  private align(relation: Relation): void {
    for (const target of (this.byOid.get(relation.oid) ?? []).filter(({ table }) => isLive(table))) {
      target.positions = columnPositions(target.table.upstream, relation);
      if (target.positions !== null) continue;
      this.lose(target, tableErrors.altered(target.table.upstream.name, relation.oid));
    }
  }

  private lose({ table }: Target, error: TableError): void {
    table.dead = true;
    this.failed.push({ table, error });
  }

  private change(
    target: Target,
    message: Extract<Message, { kind: 'insert' | 'update' | 'delete' }>,
    bytes: number,
  ): void {
    const counters = this.context.statistics.of(target.table.id);
    counters.messagesReceived += 1;
    counters.bytesReceived += bytes;
    if (message.kind !== 'insert') {
      if (message.before === null) return this.lose(target, tableErrors.oldRowMissing);
      const before = this.row(target, message.before);
      if (before === null) return this.lose(target, tableErrors.toastMissing);
      this.collect(target, before, -1);
    }
    if (message.kind === 'delete') return;
    const unchanged = message.kind === 'update' ? (message.before ?? []) : [];
    const after = this.row(
      target,
      message.after.map((value, i) => (value === undefined ? unchanged[i] : value)),
    );
    if (after === null) return this.lose(target, tableErrors.toastMissing);
    this.collect(target, after, 1);
  }

  private row(target: Target, values: Value[]): (string | null)[] | null {
    if (target.positions === null) throw new Error(`rows of ${target.table.id} came before their relation`);
    const row = target.positions.map((at) => values[at]);
    return row.includes(undefined) ? null : (row as (string | null)[]);
  }

  private collect(target: Target, row: (string | null)[], count: 1 | -1): void {
    const message = castError(target.table.upstream, row);
    if (message !== null) target.unreadable.push({ line: copyLine(row), message, count });
    this.heldBytes += target.writer.add(row, count);
    this.context.statistics.of(target.table.id).updatesStaged += 1;
    target.staged += 1;
  }

  /** Writes what was collected without making it visible. */
  async spill(): Promise<void> {
    this.transaction ??= await StoreTransaction.begin(this.context.store, this.context.signal);
    for (const { table, writer, unreadable } of this.targets) {
      if (table.removed) continue;
      for (const row of unreadable.splice(0)) {
        await countUnreadable(this.transaction.client, table.id, row);
        this.refused.set(table, row.message);
      }
      if (writer.size === 0) continue;
      const missing = await writer.write(this.transaction.client);
      if (missing > 0 && !table.dead) await setTableError(this.transaction.client, table.id, MISSING_ROW);
    }
    this.heldBytes = 0;
  }

  /** Makes everything taken in visible and durable. */
  async commit(): Promise<void> {
    await this.spill();
    const transaction = this.transaction!;
    const failed = this.failed.splice(0);
    for (const { table, error } of failed) await setTableError(transaction.client, table.id, error);
    await setAppliedLsn(transaction.client, this.context.sourceId, this.seen);
    await transaction.commit();
    this.transaction = null;
    this.applied = this.seen;
    for (const target of this.targets) {
      const counters = this.context.statistics.of(target.table.id);
      counters.updatesCommitted += target.staged;
      counters.offsetCommitted = this.applied;
      target.staged = 0;
    }
    for (const { table, error } of failed) await this.context.reportTableError(table, error);
    // Recorded: the row's going makes the table say so, too, although it can be read from then on.
    for (const [table, message] of this.refused) await this.context.reportUnreadable(table, message);
    this.refused.clear();
  }

  /** True when there is something to write or the position has moved. */
  get behind(): boolean {
    return this.hasChanges || this.seen > this.applied;
  }

  close(): void {
    this.transaction?.discard();
  }
}
