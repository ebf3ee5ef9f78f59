import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Alert } from '../../../src/core/watch/types';
import { receive } from '../support/receiver';

/** Signs the webhook bodies of these tests. */
export const KEY = 'a key for signing, made for this test';

/** Takes alerts as a third party does; `down` makes it refuse them. */
export class Receiver {
  readonly alerts: Alert[] = [];
  readonly forged: string[] = [];
  down = false;
  refused = 0;
  pings = 0;
  url = '';
  stop = (): Promise<void> => Promise.resolve();
  private constructor() {}

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    const { url, stop } = await receive((request, body) => receiver.answer(request, body));
    return Object.assign(receiver, { url: url('alerts'), stop });
  }

  private answer({ method, headers }: IncomingMessage, body: string): number {
    if (method === 'GET') this.pings += 1;
    else if (this.down) this.refused += 1;
    else this.take(body, headers['x-n2m-signature']);
    return this.down ? 503 : 204;
  }

  private take(body: string, signature: string | string[] | undefined): void {
    const expected = `sha256=${createHmac('sha256', KEY).update(body).digest('hex')}`;
    if (signature !== expected) this.forged.push(`${String(signature)} ${body}`);
    this.alerts.push(JSON.parse(body) as Alert);
  }
}
