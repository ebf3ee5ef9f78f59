import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { EncryptionCodec } from '../../src/codec/codec';
import { codecKeys } from '../../src/codec/keys';
import { serveCodec, type CodecServerOptions } from '../../src/codec/server';

const UI = 'http://localhost:8233';
const TOKEN = randomBytes(32).toString('hex');
const codec = new EncryptionCodec(codecKeys({ K: randomBytes(32).toString('base64'), N2M_CODEC_KEYS: 'k1=env:K' }));
const clear = defaultPayloadConverter.toPayload({ table: 'public.orders' });

const json = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});

type Post = (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;

async function serving(options: Partial<CodecServerOptions>, test: (post: Post, url: string) => Promise<void>) {
  const defaults = { listen: '127.0.0.1', port: 0, uiOrigin: UI, hosts: [], token: null, encode: false };
  const server = await serveCodec(codec, { ...defaults, ...options });
  const post: Post = (path, body, headers = { origin: UI }) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  try {
    await test(post, server.url);
  } finally {
    await server.close();
  }
}

/** As Temporal stores it, and as the UI hands it over. */
const encrypted = async () => ({ payloads: (await codec.encode([clear])).map(json) });

describe('the codec server', () => {
  it('decodes what the UI hands it, after the question that a browser asks first', () =>
    serving({}, async (post, url) => {
      const headers = { 'access-control-request-headers': 'authorization,content-type,x-namespace', origin: UI };
      const asked = await fetch(`${url}/decode`, { method: 'OPTIONS', headers });
      expect(asked.status).toBe(204);
      const allowed = asked.headers.get('access-control-allow-headers')?.split(', ').sort();
      expect(allowed).toEqual(['authorization', 'content-type', 'x-namespace']);
      const decoded = await post('/decode', await encrypted());
      expect(decoded.headers.get('access-control-allow-origin')).toBe(UI);
      expect(await decoded.json()).toEqual({ payloads: [json(clear)] });
    }));

  it('decodes for a program that brings no origin, as `temporal` does', () =>
    serving({}, async (post) => {
      expect(await (await post('/decode', await encrypted(), {})).json()).toEqual({ payloads: [json(clear)] });
    }));

  it('takes the token as a header, and in the address for a UI that sends none', () =>
    serving({ token: TOKEN }, async (post, url) => {
      const body = await encrypted();
      expect((await post('/decode', body, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
      expect((await post(`/${TOKEN}/decode`, body)).status).toBe(200);
      const refused = await post('/decode', body);
      expect(refused.status).toBe(401);
      // So that the page may read why.
      expect(refused.headers.get('access-control-allow-origin')).toBe(UI);
      const asked = await fetch(`${url}/decode`, { method: 'OPTIONS', headers: { origin: UI } });
      expect(asked.status).toBe(204);
    }));

  it('encodes where it is told to', () =>
    serving({ encode: true }, async (post) => {
      const encoded: unknown = await (await post('/encode', { payloads: [json(clear)] })).json();
      expect(JSON.stringify(encoded)).not.toContain(json(clear).data);
      expect(await (await post('/decode', encoded)).json()).toEqual({ payloads: [json(clear)] });
    }));

  it('says what is wrong with a request', () =>
    serving({}, async (post) => {
      for (const body of ['nonsense', 'null', '{}', '{"payloads":[7]}', '{"payloads":[{"metadata":7}]}']) {
        const refused = await post('/decode', body);
        expect([body, refused.status]).toEqual([body, 400]);
      }
      expect(((await (await post('/decode', '{}')).json()) as { message: string }).message).toContain('"payloads"');
      expect((await post('/elsewhere', '{}')).status).toBe(404);
      expect((await post('/decode', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
      const others = await encrypted();
      const [payload] = others.payloads;
      const altered = { ...payload, data: Buffer.from('short').toString('base64') };
      const message = (await (await post('/decode', { payloads: [altered] })).json()) as { message: string };
      expect(message.message).toMatch(/key k1 .*not the key.*next: give k1/);
    }));

  it('listens on other addresses with a token, and under the names it is told', () =>
    serving({ listen: '::1', token: TOKEN }, async (post, url) => {
      expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
      expect((await post(`/${TOKEN}/decode`, await encrypted())).status).toBe(200);
    }));
});
