import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServerCertificate } from '../../local/postgres/certificate';
import { parseWebhookAllow } from '../../src/core/webhook-allow';
import { createWebhooks } from '../../src/systems/webhooks';

const { allow } = parseWebhookAllow('127.0.0.0/8');

interface Heard {
  method?: string;
  url?: string;
  headers: IncomingMessage['headers'];
  body: string;
}

async function receiver<T>(
  make: (answer: (request: IncomingMessage, response: ServerResponse) => void) => Server,
  use: (port: number, heard: Heard[]) => Promise<T>,
  status = 200,
): Promise<T> {
  const heard: Heard[] = [];
  const server = make((request, response) => {
    const { method, url, headers } = request;
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ method, url, headers, body });
      response.writeHead(status).end('ok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use((server.address() as AddressInfo).port, heard);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('sends body and headers as they are, in bytes and not in characters', async () => {
  await receiver(createHttpServer, async (port, heard) => {
    const url = `http://user:pass@127.0.0.1:${port}/hook?token=x`;
    const headers = { 'content-type': 'application/json', 'x-n2m-signature': 'sha256=00' };
    await createWebhooks({ allow }).call(url, { method: 'POST', headers, body: '{"cause":"größer"}' });
    expect(heard).toMatchObject([
      {
        method: 'POST',
        url: '/hook?token=x',
        body: '{"cause":"größer"}',
        headers: { ...headers, connection: 'close' },
      },
    ]);
    expect(heard[0]?.headers).toMatchObject({ 'content-length': '20', authorization: 'Basic dXNlcjpwYXNz' });
  });
});

it('pings with a GET', async () => {
  await receiver(createHttpServer, async (port, heard) => {
    await createWebhooks({ allow }).call(`http://127.0.0.1:${port}/ping`, { method: 'GET' });
    expect(heard).toMatchObject([{ method: 'GET', url: '/ping', body: '' }]);
  });
});

it('goes by https where the certificate is good, and not where nobody vouches for it', async () => {
  const { caPem: ca, certificatePem: cert, keyPem: key } = createServerCertificate();
  const make = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
    createHttpsServer({ cert, key }, answer);
  await receiver(make, async (port, heard) => {
    const url = `https://localhost:${port}/hook`;
    await createWebhooks({ allow, ca }).call(url, { method: 'POST', body: '{}' });
    expect(heard).toHaveLength(1);
    await expect(createWebhooks({ allow }).call(url, { method: 'POST', body: '{}' })).rejects.toThrow(
      /^cannot be reached \(\w+\)$/,
    );
    expect(heard).toHaveLength(1);
  });
});

it.each([204, 299])('takes %i for a yes', (status) =>
  receiver(
    createHttpServer,
    (port) => createWebhooks({ allow }).call(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' }),
    status,
  ),
);

it.each([300, 304, 400, 404, 500])('takes %i for a no', (status) =>
  receiver(
    createHttpServer,
    (port) =>
      expect(
        createWebhooks({ allow }).call(`http://127.0.0.1:${port}/secret-path`, { method: 'POST', body: '{}' }),
      ).rejects.toThrow(new RegExp(`^answered ${status}(: redirects are not followed)?$`)),
    status,
  ),
);
