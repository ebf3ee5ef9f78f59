import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { EncryptionCodec } from '../../src/codec/codec';
import { codecKeys } from '../../src/codec/keys';
import { serveCodec, type CodecServer, type CodecServerOptions } from '../../src/codec/server';
import { attack } from './tries';

const UI = 'http://localhost:8233';
const TOKEN = randomBytes(32).toString('hex');
const KEY = randomBytes(32).toString('base64');
const codec = new EncryptionCodec(codecKeys({ K: KEY, N2M_CODEC_KEYS: 'k1=env:K' }));
const SECRET = 'name of a table';

/** What somebody copied out of Temporal. */
let stolen: string;
beforeAll(async () => {
  const metadata = { encoding: Buffer.from('json/plain') };
  const [{ metadata: marks, data }] = (await codec.encode([{ metadata, data: Buffer.from(SECRET) }])) as [
    { metadata: Record<string, Uint8Array>; data: Uint8Array },
  ];
  const base64 = (bytes?: Uint8Array) => Buffer.from(bytes ?? []).toString('base64');
  const names = Object.entries(marks).map(([name, value]) => [name, base64(value)]);
  stolen = JSON.stringify({ payloads: [{ metadata: Object.fromEntries(names) as object, data: base64(data) }] });
});

interface Asked {
  status: number;
  body: string;
  headers: IncomingMessage['headers'];
}

/** One request as it is written, whatever a browser or a library would allow. */
async function ask(
  server: CodecServer,
  headers: Record<string, string>,
  change: { method?: string; path?: string; body?: string } = {},
): Promise<Asked> {
  const { method = 'POST', path = '/decode', body = stolen } = change;
  const sent = request(`${server.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
    agent: false,
  });
  sent.on('error', () => undefined);
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString(), headers: response.headers };
}

async function served<T>(
  test: (server: CodecServer) => Promise<T>,
  options: Partial<CodecServerOptions> = {},
): Promise<T> {
  const defaults = { listen: '127.0.0.1', port: 0, uiOrigin: UI, hosts: [], token: null, encode: false };
  const server = await serveCodec(codec, { ...defaults, ...options });
  try {
    return await test(server);
  } finally {
    await server.close();
  }
}

const plain = Buffer.from(SECRET).toString('base64');

/** Refused so, and the one who is meant to read it does, so that the try is one. */
async function held(
  server: CodecServer,
  status: number,
  headers: Record<string, string>,
  change: { path?: string; body?: string } = {},
  friend: Record<string, string> = { origin: UI },
) {
  const refused = await ask(server, headers, change);
  expect({ headers, status: refused.status }).toEqual({ headers, status });
  expect(refused.body).not.toContain(plain);
  expect((await ask(server, friend)).body).toContain(plain);
}

attack(
  'whoever reaches the codec server',
  {
    'a page of another origin': () =>
      served(async (server) => {
        for (const origin of [
          'https://evil.example',
          'http://localhost:8234',
          'https://localhost:8233',
          `${UI}.evil.example`,
        ]) {
          await held(server, 403, { origin });
          const asked = await ask(server, { origin, 'access-control-request-method': 'POST' }, { method: 'OPTIONS' });
          expect(asked.status).toBe(403);
          expect(asked.headers['access-control-allow-origin']).toBeUndefined();
        }
      }),

    'a page whose own name leads to this machine (DNS rebinding)': () =>
      served(async (server) => {
        const { port } = new URL(server.url);
        for (const name of [
          'evil.example',
          'localhost.evil.example',
          '127.0.0.1.evil.example',
          'localhost.',
          'x@localhost',
          '[::2]',
          '',
        ]) {
          // To itself such a page sends what it reads with its own origin, or none.
          const host = `${name}:${port}`;
          await held(server, 403, { host });
          await held(server, 403, { host, origin: `http://${host}` });
          await held(server, 403, { host, origin: UI });
        }
        for (const name of ['localhost', 'LOCALHOST', '127.0.0.1', '[::1]'])
          expect((await ask(server, { host: `${name}:${port}` })).status).toBe(200);
        const told = { hosts: ['codec.internal'] };
        await served(
          async (another) => expect((await ask(another, { host: 'codec.internal' })).status).toBe(200),
          told,
        );
      }),

    'a frame that has no origin': () => served((server) => held(server, 403, { origin: 'null' })),

    'a form, which no browser asks about first': () =>
      served(async (server) => {
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])
          await held(server, 415, { 'content-type': type });
      }),

    'another user of the machine, without the token': () =>
      served((server) => held(server, 401, {}, {}, { authorization: `Bearer ${TOKEN}` }), { token: TOKEN }),

    'parts of the token, and the token where it does not belong': () =>
      served(
        async (server) => {
          const friend = { authorization: `Bearer ${TOKEN}` };
          const wrong = ['', TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase(), 'null', 'undefined'];
          for (const token of wrong) {
            await held(server, 401, { authorization: `Bearer ${token}` }, {}, friend);
            await held(server, 401, {}, { path: `/${token}/decode` }, friend);
          }
          for (const headers of [
            { authorization: TOKEN },
            { authorization: `Basic ${TOKEN}` },
            { cookie: `token=${TOKEN}` },
          ] as Record<string, string>[])
            await held(server, 401, headers, {}, friend);
          for (const path of [`/decode?token=${TOKEN}`, `/decode/${TOKEN}`, `//${TOKEN}/decode`, `/x/${TOKEN}/decode`])
            await held(server, 401, {}, { path }, friend);
        },
        { token: TOKEN },
      ),

    'the network, where nobody set a token': async () => {
      for (const listen of ['0.0.0.0', '::', '10.0.0.7', 'codec.internal', '::ffff:0.0.0.0']) {
        const started = served(() => Promise.resolve('it listens'), { listen });
        await expect(started).rejects.toThrow(/whoever asks .* can read everything; next: set N2M_CODEC_TOKEN/);
      }
      const open = { listen: '0.0.0.0', token: TOKEN };
      await served(
        (server) =>
          held(server, 401, { host: 'localhost' }, {}, { host: 'localhost', authorization: `Bearer ${TOKEN}` }),
        open,
      );
    },

    'encrypting a text of their own': () =>
      served(async (server) => {
        const body = JSON.stringify({ payloads: [{ metadata: {}, data: plain }] });
        await held(server, 404, { origin: UI }, { path: '/encode', body });
      }),

    'a body without end': () =>
      served(async (server) => {
        const before = process.memoryUsage().rss;
        const announced = await ask(server, { 'content-length': String(2 ** 33) }, { body: ' ' });
        expect(announced.status).toBe(413);
        // Cut off; a sender that does not stop may lose the answer with the connection.
        expect(await endless(server)).toMatch(/^$|413/);
        expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
      }),

    'a length in place of bytes': () =>
      served(async (server) => {
        for (const lie of ['{"length":4294967295}', '[1,2,3]', '7', '{"type":"Buffer","data":[1]}']) {
          await held(server, 400, {}, { body: `{"payloads":[{"data":${lie}}]}` });
          await held(server, 400, {}, { body: `{"payloads":[{"metadata":{"encoding":${lie}}}]}` });
        }
      }),

    'a body that never ends': async () => {
      const refusals: number[] = [];
      await served(
        async (server) => {
          const { port } = new URL(server.url);
          // More than it takes, each with a request that goes on for ever.
          const sockets = Array.from({ length: 64 }, () => {
            const socket = connect(Number(port), '127.0.0.1');
            socket.on('error', () => undefined);
            socket.write(
              `POST /decode HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
            );
            socket.on('data', (chunk) => refusals.push(Number(/^HTTP\/1.1 (\d+)/.exec(chunk.toString())?.[1])));
            return socket.resume();
          });
          await Promise.all(sockets.map(closed));
          expect((await ask(server, { origin: UI })).body).toContain(plain);
        },
        { deadlineMs: 500 },
      );
      expect(refusals.length).toBeGreaterThan(0);
      expect(new Set(refusals)).toEqual(new Set([408]));
    },
  },
  60_000,
);

const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

/** Sends for as long as it is taken; answers with what was said. */
async function endless(server: CodecServer): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let said = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => (said += chunk.toString()));
  const over = closed(socket);
  socket.write(
    'POST /decode HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  const piece = `10000\r\n${' '.repeat(65_536)}\r\n`;
  while (!socket.destroyed && !said) if (!socket.write(piece)) await Promise.race([over, new Promise(setImmediate)]);
  socket.end();
  await over;
  return said;
}
