import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Ending, ENDINGS } from './background';
import type { Fault, Faults } from './faults';

/** The port through which another process asks for faults. */
export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const ACTIONS = ['dropBefore', 'dropAfter', 'delay'];

function readFault(text: string): Fault {
  const fault = JSON.parse(text) as Partial<Fault>;
  if (typeof fault.match !== 'string') throw new Error('"match", a regular expression, is required');
  if (!ACTIONS.includes(fault.action ?? '')) throw new Error(`"action" must be one of ${ACTIONS.join(', ')}`);
  return fault as Fault;
}

/**
 * `POST /faults` with a fault as JSON arms it, `GET /faults` tells what is armed and what has struck, `DELETE /faults`
 * clears, `POST /restart` restarts the stand-in, `POST /resizes` with `{"end"}` says how resizes in the background end.
 * Mistakes are answered 400 with `{"error"}`.
 */
export async function listenForControl(
  faults: Faults,
  restart: () => Promise<void>,
  endResizes: (ending: Ending) => Promise<void>,
): Promise<ControlServer> {
  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const path = `${request.method} ${request.url}`;
    if (path === 'POST /faults') {
      try {
        faults.add(readFault(await body(request)));
      } catch (error) {
        return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
      }
    } else if (path === 'POST /resizes') {
      const asked = (JSON.parse(await body(request)) as { end?: unknown }).end;
      const ending = ENDINGS.find((one) => one === asked);
      if (ending === undefined) return { status: 400, body: { error: `"end" must be one of ${ENDINGS.join(', ')}` } };
      await endResizes(ending);
    } else if (path === 'DELETE /faults') faults.clear();
    else if (path === 'POST /restart') await restart();
    else if (path !== 'GET /faults') {
      return { status: 404, body: { error: 'try POST, GET or DELETE /faults, POST /restart, or POST /resizes' } };
    }
    return { status: 200, body: { pending: faults.pending, struck: faults.struck } };
  }
  const server = createServer((request, response) => {
    answer(request)
      .catch((error: unknown) => ({ status: 500, body: { error: String(error) } }))
      .then(({ status, body: json }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
