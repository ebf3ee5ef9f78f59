import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { lookup } from 'node:dns';
import { parseWebhookAllow } from '../../../src/core/webhook-allow';
import { createWebhooks, type WebhookOptions } from '../../../src/systems/webhooks';

/** Somebody who answers in bytes, not in HTTP: what a server of Node's own would never send. */
export class Stranger {
  /** What was asked, one request each. */
  readonly heard: string[] = [];
  /** Bytes of the answer that went out until the other side was gone. */
  sent = 0;
  private readonly sockets = new Set<Socket>();
  private readonly gone: Promise<unknown>[] = [];
  private constructor(private readonly server: Server) {}

  static async start(answer: (say: Say) => void, host = '127.0.0.1', port = 0): Promise<Stranger> {
    const server = createServer((socket) => {
      stranger.sockets.add(socket);
      stranger.gone.push(new Promise((resolve) => socket.once('close', resolve)));
      socket.on('error', () => undefined);
      socket.once('data', (chunk) => {
        stranger.heard.push(chunk.toString());
        answer({
          write: (text) => {
            if (!socket.destroyed) stranger.sent += Buffer.byteLength(text);
            return socket.write(text);
          },
          end: (text) => socket.end(text),
          drained: () => once(socket, 'drain').catch(() => undefined),
          over: () => socket.destroyed,
        });
      });
    });
    const stranger = new Stranger(server);
    server.listen(port, host);
    await once(server, 'listening');
    return stranger;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Every connection was closed, by the caller. */
  async left(): Promise<void> {
    await Promise.all(this.gone);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export interface Say {
  write(text: string | Buffer): boolean;
  end(text: string): void;
  drained(): Promise<unknown>;
  over(): boolean;
}

/** What was written again and again for as long as somebody takes it. */
export async function endless(say: Say, piece: string | Buffer): Promise<void> {
  while (!say.over()) if (!say.write(piece)) await Promise.race([say.drained(), new Promise(setImmediate)]);
}

/** A name service that says what it is told to, and counts. */
export function names(...answers: string[][]): { lookup: typeof lookup; asked: string[] } {
  const asked: string[] = [];
  const fake = (host: string, _how: object, done: (error: null, found: object[]) => void): void => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(host);
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup: fake as typeof lookup, asked };
}

/** The refusal's text; fails where the call went through. */
export async function refusedBy(url: string, allowed: string, options: Partial<WebhookOptions> = {}): Promise<string> {
  const webhooks = createWebhooks({ allow: parseWebhookAllow(allowed).allow, ...options });
  return webhooks.call(url, { method: 'POST', body: '{}' }).then(
    () => {
      throw new Error(`${url} was called, and took it`);
    },
    (error: Error) => error.message,
  );
}
