import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PayloadCodec } from '@temporalio/common';
import { admittedPath, isLoopback, refusedPage, type Admission } from './admission';
import { CodecError } from './keys';
import { readPayloads, writePayloads } from './payload-json';

export interface CodecServer {
  url: string;
  close(): Promise<void>;
}

export interface CodecServerOptions extends Admission {
  /** Address to listen at. Others than loopback's need a token. */
  listen: string;
  port: number;
  /** Whether `POST /encode` is there, too: whoever may ask for it can write what the worker takes for the command line's. */
  encode: boolean;
  /** How long a request may take to arrive, milliseconds. */
  deadlineMs?: number;
}

/** Temporal's own limit is 4 MB for a request; base64 adds a third. */
const LARGEST_BODY = 6 * 2 ** 20;
const DEADLINE = 10_000;
const MOST_CONNECTIONS = 32;

/**
 * Temporal's remote codec: `POST /decode`, and `POST /encode` where it is wanted, of `{"payloads":[…]}` in protobuf's JSON
 * form. Whoever may ask can read everything, so it is on loopback, for one UI, under the names it is served under.
 */
export async function serveCodec(codec: PayloadCodec, options: CodecServerOptions): Promise<CodecServer> {
  const { listen, port, deadlineMs = DEADLINE } = options;
  if (!isLoopback(listen) && options.token === null) {
    throw new CodecError(
      `others reach ${listen}, and whoever asks the codec server can read everything`,
      'set N2M_CODEC_TOKEN=env:CODEC_TOKEN, and that variable to the output of: openssl rand -hex 32',
    );
  }
  const checked = { connectionsCheckingInterval: deadlineMs / 10 };
  const limits = { requestTimeout: deadlineMs, headersTimeout: deadlineMs, ...checked };
  const server = createServer(limits, (request, response) => {
    answer(codec, options, request, response).catch((error: unknown) => {
      const message = error instanceof CodecError ? error.message : 'the body is no {"payloads":[…]}';
      send(response, 400, { message });
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, listen, resolve);
  });
  const { address, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  codec: PayloadCodec,
  options: CodecServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const page = refusedPage(options, request.headers);
  if (page) return send(response, page.status, { message: page.message });
  response.setHeader('access-control-allow-origin', options.uiOrigin);
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'content-type, x-namespace, authorization');
  response.setHeader('access-control-allow-private-network', 'true');
  response.setHeader('vary', 'origin');
  // A browser asks first, and shows no token then.
  if (request.method === 'OPTIONS') return send(response, 204, null);
  const admitted = admittedPath(options, request.headers, request.url?.split('?')[0] ?? '');
  if ('status' in admitted) return send(response, admitted.status, { message: admitted.message });
  const { path } = admitted;
  if (request.method !== 'POST' || (path !== '/decode' && !(options.encode && path === '/encode'))) {
    const also = options.encode ? ' or POST /encode' : '; POST /encode is there with --encode';
    return send(response, 404, { message: `POST /decode${also}` });
  }
  // Nothing else makes every browser ask first before a page of another origin sends it.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return send(response, 415, { message: 'content-type: application/json' });
  }
  const text = await body(request);
  if (text === null) return send(response, 413, { message: `the body is larger than ${LARGEST_BODY} bytes` });
  const payloads = readPayloads(text);
  send(response, 200, writePayloads(await (path === '/encode' ? codec.encode(payloads) : codec.decode(payloads))));
}

function send(response: ServerResponse, status: number, json: unknown): void {
  // What is left of a refused body is not waited for.
  const ended = status >= 400 ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...ended });
  response.end(json === null ? undefined : JSON.stringify(json));
}

/** Null when it is too large: what comes after the limit is not kept. */
async function body(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length']) > LARGEST_BODY) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
