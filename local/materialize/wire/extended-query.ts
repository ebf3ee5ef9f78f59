import { MzError } from '../contract';
import { splitStatements } from '../sql/tokens';
import type { ClientSession, Prepared } from './client-session';
import { BodyReader, cstring, frame, int16, int32, type Frame } from './frames';
import * as message from './messages';
import type { StoreSession } from './store-session';

/** A prepared statement; `empty` is the one without a statement in it. */
type Statement = Prepared | { kind: 'empty' };

/** The extended query protocol: statements of the front are kept here, the others live in the store's session. */
export class ExtendedQuery {
  private readonly statements = new Map<string, Statement>();
  private readonly portals = new Map<string, Statement>();
  private skipping = false;
  private touched: StoreSession | undefined;

  constructor(private readonly session: ClientSession) {}

  /** Handles Parse, Bind, Describe, Execute, Close, Flush and Sync. */
  async handle(received: Frame): Promise<void> {
    if (received.type === 'S') return this.sync();
    if (this.skipping) return;
    try {
      await this.step(received);
    } catch (error) {
      this.skipping = true;
      // The store, too, ignores everything up to a Sync after an error.
      await this.syncStore().catch(() => undefined);
      await this.session.fail(error);
    }
  }

  private async sync(): Promise<void> {
    this.skipping = false;
    if (!this.session.context.transaction.explicit) this.portals.clear();
    await this.syncStore().catch((error: unknown) => this.session.fail(error));
    this.session.finish();
  }

  private async syncStore(): Promise<void> {
    const store = this.touched;
    this.touched = undefined;
    if (store === undefined) return;
    store.send(frame('S'));
    while ((await store.next()).type !== 'Z');
  }

  private async step(received: Frame): Promise<void> {
    const reader = new BodyReader(received.body);
    switch (received.type) {
      case 'P':
        return this.parse(reader);
      case 'B':
        return this.bind(received, reader);
      case 'D':
        return this.describe(received, reader);
      case 'E':
        return this.execute(received, reader.cstring());
      case 'C':
        return this.close(received, reader);
      default:
        return this.session.channel.flush();
    }
  }

  private async parse(reader: BodyReader): Promise<void> {
    const name = reader.cstring();
    const sql = reader.cstring();
    const types = Array.from({ length: reader.int16() }, () => reader.int32());
    const texts = splitStatements(sql);
    if (texts.length > 1) throw new MzError('42601', 'cannot insert multiple commands into a prepared statement');
    if (name !== '' && this.statements.has(name)) {
      throw new MzError('42P05', `prepared statement "${name}" already exists`);
    }
    const [text] = texts;
    const statement: Statement = text === undefined ? { kind: 'empty' } : await this.session.prepare(sql, text);
    if (statement.kind === 'store') {
      const oids = types.map((oid) => int32(this.session.unmapOid(oid)));
      const parse = frame('P', cstring(name), cstring(statement.query.sql), int16(oids.length), ...oids);
      await this.inStore(statement, parse, '1');
    } else this.session.channel.write(message.parseComplete());
    this.statements.set(name, statement);
  }

  private async bind(received: Frame, reader: BodyReader): Promise<void> {
    const portal = reader.cstring();
    const statement = this.find(this.statements, reader.cstring(), 'prepared statement', '26000');
    if (statement.kind === 'store') await this.inStore(statement, frame('B', received.body), '2');
    else this.session.channel.write(message.bindComplete());
    this.portals.set(portal, statement);
  }

  private async describe(received: Frame, reader: BodyReader): Promise<void> {
    const ofStatement = String.fromCharCode(reader.bytes(1)[0] ?? 0) === 'S';
    const statement = ofStatement
      ? this.find(this.statements, reader.cstring(), 'prepared statement', '26000')
      : this.find(this.portals, reader.cstring(), 'portal', '34000');
    if (statement.kind === 'store') return this.inStore(statement, frame('D', received.body), 'Tn');
    if (ofStatement) this.session.channel.write(message.noParameters());
    this.session.channel.write(message.noData());
  }

  private async execute(received: Frame, name: string): Promise<void> {
    const statement = this.find(this.portals, name, 'portal', '34000');
    if (statement.kind === 'empty') return this.session.channel.write(message.emptyQueryResponse());
    await this.session.underFaults(statement.text.sql, async () => {
      if (statement.kind === 'local') return this.session.runLocal(statement, false);
      statement.query.notices.forEach(this.session.notify);
      await this.inStore(statement, frame('E', received.body), 'CsI');
    });
  }

  private async close(received: Frame, reader: BodyReader): Promise<void> {
    const ofStatement = String.fromCharCode(reader.bytes(1)[0] ?? 0) === 'S';
    const map = ofStatement ? this.statements : this.portals;
    const name = reader.cstring();
    const statement = map.get(name);
    map.delete(name);
    if (statement?.kind === 'store') await this.inStore(statement, frame('C', received.body), '3');
    else this.session.channel.write(message.closeComplete());
  }

  private find(map: Map<string, Statement>, name: string, what: string, code: string): Statement {
    const found = map.get(name);
    if (found === undefined) throw new MzError(code, `${what} "${name}" does not exist`);
    return found;
  }

  /** Sends one message to the store and relays what it answers, up to a message of one of the `last` types. */
  private async inStore(statement: Extract<Prepared, { kind: 'store' }>, sent: Buffer, last: string): Promise<void> {
    const store = await this.session.storeFor(statement.query);
    this.touched = store;
    store.send(sent, frame('H'));
    for (;;) {
      const answer = await store.next();
      const failure = await this.session.relay(store, answer);
      if (failure !== undefined) throw failure;
      if (last.includes(answer.type)) return;
    }
  }
}
