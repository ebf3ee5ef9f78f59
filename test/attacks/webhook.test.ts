import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createServer, type AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { createServerCertificate } from '../../local/postgres/certificate';
import { attack } from './tries';
import { endless, names, refusedBy, Stranger, type Say } from './webhook/receiver';

const LOOPBACK = '127.0.0.0/8';
const OK = 'HTTP/1.1 200 OK\r\n';

/** Says it, and sees it through: what came of the call, and how much of the answer was taken. */
async function answeredBy<T>(answer: (say: Say) => void, call: (stranger: Stranger) => Promise<T>): Promise<T> {
  const stranger = await Stranger.start(answer);
  try {
    const outcome = await call(stranger);
    await stranger.left();
    return outcome;
  } finally {
    await stranger.stop();
  }
}

const says = (text: string, options: { deadlineMs?: number } = {}): Promise<string> =>
  answeredBy(
    (say) => say.end(text),
    ({ url }) => refusedBy(url, LOOPBACK, options),
  );

/** Where it would have led: nobody may come there. */
async function andNotTo<T>(host: string, try_: (victim: Stranger) => Promise<T>, port = 0): Promise<T> {
  const victim = await Stranger.start((say) => say.end(`${OK}content-length: 0\r\n\r\n`), host, port);
  try {
    const outcome = await try_(victim);
    expect(victim.heard).toEqual([]);
    return outcome;
  } finally {
    await victim.stop();
  }
}

/** 1 GB of zeros as 64 members of one gzip stream: what unpacks any of it unpacks all. */
const bomb = (): Buffer => {
  const member = gzipSync(Buffer.alloc(16 * 2 ** 20), { level: 9 });
  return Buffer.concat(new Array<Buffer>(64).fill(member));
};

const NOT_PUBLIC = /^is not called: its host has no public address; .*N2M_WEBHOOK_ALLOW/;
const DEADLINE = { deadlineMs: 300 };
const LATE = 'did not answer within 0.3 s';

attack(
  'whoever answers a webhook',
  {
    'a gzip answer that unpacks to 1 GB': async () => {
      const body = bomb();
      expect(body.length).toBeLessThan(2 ** 21);
      const grown = await answeredBy(
        (say) => {
          say.write(`${OK}content-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
          say.write(body);
        },
        async ({ url }) => {
          const script = ['--require', 'tsx/cjs', join(__dirname, 'webhook', 'call.ts'), url];
          return Number((await promisify(execFile)(process.execPath, script)).stdout);
        },
      );
      expect(grown).toBeGreaterThanOrEqual(0);
      expect(grown).toBeLessThan(100_000);
    },

    'a body without end': async () => {
      const piece = Buffer.alloc(65_536, 'x');
      const sent = await answeredBy(
        (say) => {
          say.write(`HTTP/1.1 500 Sorry\r\ntransfer-encoding: chunked\r\n\r\n`);
          void endless(say, Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')]));
        },
        async (stranger) => {
          expect(await refusedBy(stranger.url, LOOPBACK)).toBe('answered 500');
          await stranger.left();
          return stranger.sent;
        },
      );
      // What the two sockets hold, and no more.
      expect(sent).toBeLessThan(2 ** 25);
    },

    'headers without end': async () => {
      const refusal = await answeredBy(
        (say) => {
          say.write(OK);
          void endless(say, `x-more: ${'x'.repeat(1000)}\r\n`);
        },
        ({ url }) => refusedBy(url, LOOPBACK),
      );
      expect(refusal).toBe('cannot be reached (HPE_HEADER_OVERFLOW)');
    },

    'an answer that comes a byte at a time': async () => {
      const refusal = await answeredBy(
        (say) => {
          say.write(OK);
          const drip = setInterval(() => (say.over() ? clearInterval(drip) : say.write('x')), 20);
        },
        ({ url }) => refusedBy(url, LOOPBACK, DEADLINE),
      );
      expect(refusal).toBe(LATE);
    },

    'a connection that is taken and never answered': async () => {
      expect(
        await answeredBy(
          () => undefined,
          ({ url }) => refusedBy(url, LOOPBACK, DEADLINE),
        ),
      ).toBe(LATE);
    },

    'a handshake that never ends': async () => {
      const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      expect(await refusedBy(`https://127.0.0.1:${port}/`, LOOPBACK, DEADLINE)).toBe(LATE);
      silent.close();
    },

    'a name server that never answers': async () => {
      const never = { lookup: (() => undefined) as never };
      expect(await refusedBy('https://hooks.example/', '', { ...never, ...DEADLINE })).toBe(LATE);
    },

    'answers before the answer, without end': async () => {
      const refusal = await answeredBy(
        (say) => void endless(say, 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'),
        ({ url }) => refusedBy(url, LOOPBACK),
      );
      expect(refusal).toBe('did not come to an answer');
    },

    'another protocol in place of an answer': async () => {
      const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
      const refusal = await answeredBy(
        (say) => say.write(upgrade),
        ({ url }) => refusedBy(url, LOOPBACK),
      );
      expect(refusal).toBe('answered 101');
      expect(await says('SSH-2.0-OpenSSH_9.9\r\n')).toMatch(/^cannot be reached \(HPE_\w+\)$/);
    },

    'a redirect to the metadata service': async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        const refusal = await andNotTo('127.0.0.1', ({ url }) =>
          says(`HTTP/1.1 ${status} Go\r\nlocation: ${url}\r\ncontent-length: 0\r\n\r\n`),
        );
        expect(refusal).toBe(`answered ${status}: redirects are not followed`);
      }
      const metadata = 'HTTP/1.1 302 Go\r\nlocation: http://169.254.169.254/latest/meta-data/\r\n\r\n';
      expect(await says(metadata)).toBe('answered 302: redirects are not followed');
    },

    'a redirect to a file': async () => {
      const file = 'HTTP/1.1 302 Go\r\nlocation: file:///proc/self/environ\r\n\r\n';
      expect(await says(file)).toBe('answered 302: redirects are not followed');
      expect(await refusedBy('file:///proc/self/environ', LOOPBACK)).toMatch(/^is not called: its value is no URL/);
    },

    'a Retry-After of a century': async () => {
      // The answer is there at once: nothing waits, and the next check tries again.
      const busy = 'HTTP/1.1 429 Later\r\nretry-after: 3155760000\r\ncontent-length: 0\r\n\r\n';
      expect(await says(busy)).toBe('answered 429');
      expect(await says(busy.replace('429', '503'))).toBe('answered 503');
    },

    'a host name that leads to the worker itself': async () => {
      await andNotTo('127.0.0.1', async ({ port }) => {
        for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.7', '169.254.169.254', 'fe80::1%lo']) {
          const { lookup } = names([address]);
          expect(await refusedBy(`https://hooks.example:${port}/`, '', { lookup })).toMatch(NOT_PUBLIC);
        }
        // The machine's own name service, without anything injected.
        expect(await refusedBy(`https://localhost:${port}/`, '')).toMatch(NOT_PUBLIC);
      });
    },

    'a host name that leads elsewhere once it was checked': async () => {
      const { lookup, asked } = names(['127.0.0.1'], ['127.0.0.2']);
      await answeredBy(
        (say) => say.end('HTTP/1.1 500 Sorry\r\n\r\n'),
        (stranger) =>
          andNotTo(
            '127.0.0.2',
            async () => {
              const refusal = await refusedBy(`http://hooks.example:${stranger.port}/`, '127.0.0.1', { lookup });
              expect(refusal).toBe('answered 500');
              expect(asked).toEqual(['hooks.example']);
              expect(stranger.heard).toEqual([expect.stringContaining(`Host: hooks.example:${stranger.port}\r\n`)]);
            },
            stranger.port,
          ),
      );
    },

    'a host name with a public and a private address': async () => {
      const { lookup } = names(['127.0.0.2', '127.0.0.1']);
      await answeredBy(
        (say) => say.end('HTTP/1.1 500 Sorry\r\n\r\n'),
        ({ port }) =>
          andNotTo('127.0.0.2', () => refusedBy(`http://hooks.example:${port}/`, '127.0.0.1', { lookup }), port),
      );
    },

    'addresses written so that they do not look like it': async () => {
      await andNotTo('127.0.0.1', async ({ port }) => {
        const hosts = ['2130706433', '0x7f000001', '017700000001', '127.1', '127.0.0.1.', '0', '[::ffff:127.0.0.1]'];
        for (const host of [...hosts, '[::ffff:7f00:1]', '[::1]', '[::]', '[64:ff9b::7f00:1]', '①②⑦.0.0.1'])
          expect(await refusedBy(`https://${host}:${port}/`, '')).toMatch(NOT_PUBLIC);
      });
    },

    'http in place of https': async () => {
      const { lookup } = names(['1.1.1.1']);
      expect(await refusedBy('http://hooks.example/', '', { lookup })).toMatch(/^is not called: it is not https/);
      expect(await refusedBy('http://1.1.1.1/', '')).toMatch(/^is not called: it is not https/);
    },

    'the certificate of somebody else': async () => {
      const { certificatePem: cert, keyPem: key } = createServerCertificate();
      const heard: string[] = [];
      const server = createTlsServer({ cert, key }, ({ url }, answer) => {
        heard.push(String(url));
        answer.end();
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const { lookup } = names(['127.0.0.1']);
      const refusal = await refusedBy(`https://hooks.example:${port}/token`, LOOPBACK, { lookup });
      server.close();
      expect(refusal).toMatch(/^cannot be reached \([A-Z_]+\)$/);
      expect(heard).toEqual([]);
    },

    'a status line and headers that would write into the log': async () => {
      const lie = '\u001b[2J\u202e done: shop';
      for (const answer of [
        `HTTP/1.1 500 ${lie}\r\nx-${lie}: y\r\n\r\n${lie}`,
        `HTTP/1.1 500 Sorry\r\nserver: ${lie}\n2026 INFO all is well\r\n\r\n`,
        `HTTP/1.1 500\n\n${lie}`,
        `${lie}\r\n\r\n`,
      ])
        expect(await says(answer)).toMatch(/^(answered 500|cannot be reached \(HPE_\w+\))$/);
    },
  },
  30_000,
);
