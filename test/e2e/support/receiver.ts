import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A third party that is called. */
export interface Receiver {
  url: (path: string) => string;
  stop: () => Promise<void>;
}

/** Hands over each request with its whole body, and answers with the status that `take` gives. */
export async function receive(take: (request: IncomingMessage, body: string) => number): Promise<Receiver> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => response.writeHead(take(request, body)).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: (path) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
