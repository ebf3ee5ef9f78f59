import { quoteIdent, quoteText } from '../catalog/store';
import { MzError, notSupported } from '../contract';
import type { Faults } from '../faults';
import { executeLocal, isLocal, type LocalStatement } from '../session/local';
import type { SessionContext } from '../session/context';
import { prepareQuery, type StoreQuery } from '../session/query';
import { parseStatement } from '../sql/parse';
import { splitStatements, type StatementText } from '../sql/tokens';
import type { Channel } from './channel';
import { storeError, toMzError } from './errors';
import { cstring, frame, type Frame } from './frames';
import * as message from './messages';
import { StoreSession } from './store-session';

export interface SessionServices {
  faults: Faults;
  storeUrl: string;
  /** Type OID of the store → type OID of Materialize. */
  typeOids: ReadonlyMap<number, number>;
  log: (line: string) => void;
}

/** The store's type `name` is plain text in Materialize. */
const NAME_TYPE = 19;
const TEXT_TYPE = 25;

/** A statement made ready to run: by the front itself, or by the store. */
export type Prepared = { text: StatementText } & (
  { kind: 'local'; statement: LocalStatement } | { kind: 'store'; query: StoreQuery }
);

/** What one client's statements run in: its context, its session of the store, the faults that may strike. */
export class ClientSession {
  private store: StoreSession | undefined;
  private storeSettings: string | undefined;
  private storeInBlock = false;
  private reported = new Map<string, string>();
  private evicted: string | undefined;
  /** Process id of the store session, for finding out who holds a lock. */
  storePid: number | undefined;

  constructor(
    readonly channel: Channel,
    readonly context: SessionContext,
    private readonly services: SessionServices,
  ) {}

  readonly mapOid = (oid: number): number => this.services.typeOids.get(oid) ?? (oid === NAME_TYPE ? TEXT_TYPE : oid);

  readonly unmapOid = (oid: number): number => {
    for (const [store, materialize] of this.services.typeOids) if (materialize === oid) return store;
    return oid;
  };

  notify = (notice: message.Notice): void => this.channel.write(message.noticeResponse(notice));

  /** Parses and translates; several statements in one prepared statement are refused, none is undefined. */
  async prepare(sql: string, text: StatementText): Promise<Prepared> {
    const statement = parseStatement(sql, text, this.context.environment.catalog.features);
    if (statement.kind === 'unsupported') throw notSupported(statement.what);
    if (isLocal(statement)) return { text, kind: 'local', statement };
    this.context.transaction.permit();
    if (statement.kind !== 'show') this.context.transaction.read();
    return { text, kind: 'store', query: await prepareQuery(this.context, statement, text) };
  }

  /** A simple query: statements one after the other until one fails. */
  async simpleQuery(sql: string): Promise<void> {
    try {
      const statements = splitStatements(sql);
      if (statements.length === 0) this.channel.write(message.emptyQueryResponse());
      for (const text of statements) {
        await this.underFaults(text.sql, async () => {
          const prepared = await this.prepare(sql, text);
          if (prepared.kind === 'local') await this.runLocal(prepared, statements.length > 1);
          else await this.runInStore(prepared.query);
        });
      }
    } catch (error) {
      await this.fail(error);
    }
    this.finish();
  }

  /** Ends the answer to a simple query or a Sync. */
  finish(): void {
    this.reportSettings();
    this.channel.write(message.readyForQuery(this.context.transaction.status));
    this.channel.flush();
  }

  async fail(error: unknown): Promise<void> {
    this.context.transaction.fail();
    let shown = toMzError(error);
    if (this.evicted !== undefined) shown = new MzError('XX000', this.evicted);
    this.evicted = undefined;
    if (!(error instanceof MzError)) this.services.log(`statement failed: ${String(error)}`);
    this.channel.write(message.errorResponse(shown));
    await this.endStoreBlock('ROLLBACK');
  }

  /** Lets a fault asked for strike around the work. */
  async underFaults(sql: string, work: () => Promise<void>): Promise<void> {
    const { faults } = this.services;
    const fault = faults.strike(sql);
    if (fault?.action === 'dropBefore') return this.channel.destroy();
    if (fault?.action === 'dropAfter') this.channel.mute();
    try {
      if (fault?.action === 'delay') await faults.hold(fault);
      await work();
    } finally {
      if (fault?.action === 'dropAfter') this.channel.destroy();
    }
  }

  async runLocal(prepared: Extract<Prepared, { kind: 'local' }>, several: boolean): Promise<void> {
    const { statement, text } = prepared;
    const tag = await executeLocal(this.context, statement, text.sql, several, this.notify);
    if (statement.kind === 'commit' || statement.kind === 'rollback') await this.endStoreBlock(tag);
    if (statement.kind === 'discardAll') await this.store?.must('DISCARD ALL');
    this.reportSettings();
    this.channel.write(message.commandComplete(tag));
  }

  /** The store's session, opened when first needed, with the settings and the transaction as they are now. */
  async storeFor(query: StoreQuery): Promise<StoreSession> {
    if (this.store === undefined) {
      this.store = await StoreSession.open(this.services.storeUrl, this.context.role.name);
      this.storePid = this.store.pid;
    }
    const settings = storeSettings(this.context);
    if (settings !== this.storeSettings) {
      await this.store.must(settings);
      this.storeSettings = settings;
    }
    if (query.needsBlock && this.context.transaction.explicit && !this.storeInBlock) {
      await this.store.must('BEGIN');
      this.storeInBlock = true;
    }
    return this.store;
  }

  private async endStoreBlock(tag: string): Promise<void> {
    if (!this.storeInBlock) return;
    this.storeInBlock = false;
    await this.store?.must(tag === 'COMMIT' ? 'COMMIT' : 'ROLLBACK').catch(() => undefined);
    this.storeSettings = undefined;
  }

  private async runInStore(query: StoreQuery): Promise<void> {
    const store = await this.storeFor(query);
    query.notices.forEach(this.notify);
    store.send(frame('Q', cstring(query.sql)));
    let failure: MzError | undefined;
    for (;;) {
      const answer = await store.next();
      if (answer.type === 'Z') break;
      failure ??= await this.relay(store, answer);
    }
    if (failure !== undefined) throw failure;
  }

  /** Passes one message of the store on; answers the error when it is one. */
  async relay(store: StoreSession, answer: Frame): Promise<MzError | undefined> {
    switch (answer.type) {
      case 'E':
        return storeError(answer.body);
      case 'T':
        this.channel.write(message.mapRowDescription(answer.body, this.mapOid));
        return undefined;
      case 't':
        this.channel.write(message.mapParameterDescription(answer.body, this.mapOid));
        return undefined;
      case 'N':
        return undefined;
      case 'G':
        store.send(frame('f', cstring('the stand-in does not support COPY FROM STDIN')));
        return undefined;
      default:
        this.channel.write(frame(answer.type, answer.body));
        if (answer.type === 'D') await this.channel.drained();
        return undefined;
    }
  }

  /** Tells the client which of the reported settings have changed. */
  reportSettings(): void {
    for (const [name, value] of this.context.settings.parameterStatus()) {
      if (this.reported.get(name) === value) continue;
      this.reported.set(name, value);
      this.channel.write(message.parameterStatus(name, value));
    }
  }

  cancel(): void {
    this.context.cancel();
    this.store?.cancel();
  }

  /** Ends the query that runs with this error: what it reads is being dropped. */
  evict(why: string): void {
    this.evicted = why;
    this.store?.cancel();
  }

  /** The client has gone: what it was reading is of no use; definitions are carried out all the same. */
  interruptReading(): void {
    this.store?.cancel();
  }

  close(): void {
    this.store?.cancel();
    this.store?.close();
  }
}

/**
 * The system's schemas are searched implicitly, and last: `current_schema` is the first of the path. Named here, mz_catalog
 * comes before pg_catalog, whose functions it replaces.
 */
function storeSettings({ catalogSession, settings }: SessionContext): string {
  const path = [...catalogSession.searchPath, 'mz_catalog', 'pg_catalog'].map(quoteIdent).join(', ');
  return `SET search_path = ${path}; SET mz_store.isolation = ${quoteText(settings.show('transaction_isolation'))}`;
}
