import { MzError } from '../contract';
import type { Ddl } from '../sql/ast';
import type { TransactionStatus } from '../wire/messages';

/** A definition that waits for COMMIT. */
export interface Deferred {
  statement: Ddl;
  sql: string;
}

const ABORTED = 'current transaction is aborted, commands ignored until end of transaction block';

/** These may come several in one transaction; any other definition must be alone in it. */
const mayBeSeveral = (ddl: Ddl): boolean =>
  ddl.kind === 'createSource' ||
  ddl.kind === 'createTable' ||
  (ddl.kind === 'alter' && (ddl.action.type === 'rename' || ddl.action.type === 'swap'));

/**
 * What Materialize lets happen in a transaction block: reads, or definitions that are only carried out at COMMIT (success
 * is answered before that). Everything else ends the transaction.
 */
export class Transaction {
  private state: 'idle' | 'open' | 'failed' = 'idle';
  private deferred: Deferred[] = [];
  private reads = false;

  get status(): TransactionStatus {
    return this.state === 'idle' ? 'I' : this.state === 'open' ? 'T' : 'E';
  }

  get explicit(): boolean {
    return this.state !== 'idle';
  }

  /** Whether anything but BEGIN has happened in it. */
  get active(): boolean {
    return this.reads || this.deferred.length > 0;
  }

  begin(): void {
    if (this.state === 'failed') throw new MzError('25P02', ABORTED);
    this.state = 'open';
  }

  /** Called for every statement but COMMIT and ROLLBACK. */
  permit(): void {
    if (this.state === 'failed') throw new MzError('25P02', ABORTED);
  }

  read(): void {
    if (this.state === 'idle') return;
    if (this.deferred.length > 0) throw singleStatement();
    this.reads = true;
  }

  /** True when the definition was put off to COMMIT, false when it is to be carried out now. */
  define(statement: Ddl, sql: string, several: boolean): boolean {
    if (this.state === 'idle' && !several) return false;
    if (this.state === 'idle' || this.reads) {
      throw new MzError('25001', `${sql} cannot be run inside a transaction block`);
    }
    const alone = this.deferred.length === 0;
    if (!alone && !(mayBeSeveral(statement) && this.deferred.every((other) => mayBeSeveral(other.statement)))) {
      throw singleStatement();
    }
    this.deferred.push({ statement, sql });
    return true;
  }

  fail(): void {
    if (this.state === 'open') this.state = 'failed';
  }

  /** Ends the block; `commit` answers what is left to do, or null when it can only be rolled back. */
  end(commit: boolean): Deferred[] | null {
    const deferred = this.deferred;
    const failed = this.state === 'failed';
    this.state = 'idle';
    this.deferred = [];
    this.reads = false;
    return commit && !failed ? deferred : null;
  }
}

const singleStatement = (): MzError => new MzError('25000', 'this transaction can only execute a single statement');
