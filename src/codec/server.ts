import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Payload } from '@temporalio/common';
import type { EncryptionCodec } from './codec';
import { CodecError } from './keys';

export interface CodecServer {
  url: string;
  close(): Promise<void>;
}

interface JsonPayload {
  metadata?: Record<string, string>;
  data?: string;
}

const LARGEST_BODY = 16 * 1024 * 1024;

/**
 * Temporal's remote codec: `POST /encode` and `POST /decode` of `{"payloads":[…]}` in protobuf's JSON form. Only on
 * loopback, and pages of other origins than the UI's are refused: whoever may ask can read everything.
 */
export async function serveCodec(codec: EncryptionCodec, port: number, uiOrigin: string): Promise<CodecServer> {
  const server = createServer((request, response) => {
    answer(codec, uiOrigin, request, response).catch((error: unknown) => {
      const message = error instanceof CodecError ? error.message : 'the body is no {"payloads":[…]}';
      send(response, 400, { message });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(codec: EncryptionCodec, uiOrigin: string, request: IncomingMessage, response: ServerResponse) {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== uiOrigin) {
    return send(response, 403, { message: `pages of this origin may not ask: start with --ui-origin ${uiOrigin}` });
  }
  response.setHeader('access-control-allow-origin', uiOrigin);
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'content-type, x-namespace, authorization');
  response.setHeader('access-control-allow-private-network', 'true');
  response.setHeader('vary', 'origin');
  if (request.method === 'OPTIONS') return send(response, 204, null);
  const path = request.url?.split('?')[0];
  if (request.method !== 'POST' || (path !== '/encode' && path !== '/decode')) {
    return send(response, 404, { message: 'POST /encode or POST /decode' });
  }
  const { payloads } = JSON.parse(await body(request)) as { payloads: JsonPayload[] };
  const turned = path === '/encode' ? codec.encode(payloads.map(fromJson)) : codec.decode(payloads.map(fromJson));
  send(response, 200, { payloads: (await turned).map(toJson) });
}

function send(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(json === null ? undefined : JSON.stringify(json));
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const mapped = <A, B>(from: Record<string, A>, turn: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, turn(value)]));

const fromJson = ({ metadata, data }: JsonPayload): Payload => ({
  metadata: mapped(metadata ?? {}, (value) => Buffer.from(value, 'base64')),
  data: Buffer.from(data ?? '', 'base64'),
});

const toJson = ({ metadata, data }: Payload): JsonPayload => ({
  metadata: mapped(metadata ?? {}, (value) => Buffer.from(value).toString('base64')),
  data: Buffer.from(data ?? []).toString('base64'),
});
