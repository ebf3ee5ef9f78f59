import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { MzError } from '../contract';
import { noticeUnknownCluster } from '../session/local';
import type { SessionContext } from '../session/context';
import { Channel } from './channel';
import { ClientSession, type SessionServices } from './client-session';
import { toMzError } from './errors';
import { ExtendedQuery } from './extended-query';
import { BodyReader } from './frames';
import { login, newKey, type Login, type SessionStartup } from './login';
import * as message from './messages';
import { readStartup } from './startup';

export interface ServerOptions {
  port: number;
  tls?: { cert: string; key: string };
  /** Passwords by user; without it everybody is let in. */
  passwords?: Record<string, string>;
  services: SessionServices;
  /** Throws MzError 28000 for an unknown role. */
  openContext(login: Login): Promise<SessionContext>;
}

/** A listening wire protocol server with its sessions. */
export interface WireServer {
  readonly port: number;
  /** The session of the store's process, for who stands in the way of a drop. */
  sessionOf(storePid: number): ClientSession | undefined;
  /** Stops listening and cuts every session. */
  close(): Promise<void>;
}

export async function listen(options: ServerOptions): Promise<WireServer> {
  const tls = options.tls === undefined ? undefined : createSecureContext(options.tls);
  const sockets = new Set<Socket>();
  const sessions = new Map<number, { key: number; session: ClientSession }>();
  let lastPid = 0;

  async function accept(socket: Socket): Promise<void> {
    const startup = await readStartup(socket, tls);
    if (startup === undefined) return void socket.destroy();
    if (startup.kind === 'cancel') {
      const found = sessions.get(startup.pid);
      if (found?.key === startup.key) found.session.cancel();
      return void socket.destroy();
    }
    await serve(startup);
  }

  async function serve(startup: SessionStartup): Promise<void> {
    const channel = new Channel(startup.socket, startup.early);
    const pid = ++lastPid;
    try {
      const asked = await login(channel, startup, options.passwords);
      const session = new ClientSession(channel, await options.openContext(asked), options.services);
      const key = newKey();
      sessions.set(pid, { key, session });
      channel.write(message.authenticationOk());
      session.reportSettings();
      channel.write(message.backendKeyData(pid, key));
      await noticeUnknownCluster(session.context, session.notify);
      session.finish();
      await converse(session);
      session.close();
    } catch (error) {
      if (!(error instanceof MzError)) options.services.log(`session ended: ${String(error)}`);
      channel.write(message.errorResponse(toMzError(error), 'FATAL'));
      channel.end();
    } finally {
      sessions.delete(pid);
    }
  }

  const server: Server = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    accept(socket).catch((error: unknown) => {
      options.services.log(`connection refused: ${String(error)}`);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    sessionOf: (storePid) => [...sessions.values()].find(({ session }) => session.storePid === storePid)?.session,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { session } of sessions.values()) session.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Answers messages until the client says goodbye or goes; what it had sent before is carried out all the same. */
async function converse(session: ClientSession): Promise<void> {
  const { channel } = session;
  const extended = new ExtendedQuery(session);
  channel.onClosed(() => session.interruptReading());
  for (;;) {
    const received = await channel.next();
    if (received === undefined || received.type === 'X') return channel.end();
    if (received.type === 'Q') await session.simpleQuery(new BodyReader(received.body).cstring());
    else if ('PBDECSH'.includes(received.type)) await extended.handle(received);
    else if (!'dcf'.includes(received.type)) throw new MzError('08P01', `unexpected message ${received.type}`);
  }
}
