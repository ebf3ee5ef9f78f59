import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Alert } from '../../../src/core/watch/types';

/** Signs the webhook bodies of these tests. */
export const KEY = 'a key for signing, made for this test';

/** Takes alerts as a third party does; `down` makes it refuse them. */
export class Receiver {
  readonly alerts: Alert[] = [];
  readonly forged: string[] = [];
  down = false;
  refused = 0;
  pings = 0;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        if (request.method === 'GET') receiver.pings += 1;
        else if (receiver.down) receiver.refused += 1;
        else receiver.take(body, request.headers['x-n2m-signature']);
        response.writeHead(receiver.down ? 503 : 204).end();
      });
    });
    const receiver = new Receiver(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  private take(body: string, signature: string | string[] | undefined): void {
    const expected = `sha256=${createHmac('sha256', KEY).update(body).digest('hex')}`;
    if (signature !== expected) this.forged.push(`${String(signature)} ${body}`);
    this.alerts.push(JSON.parse(body) as Alert);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/alerts`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
