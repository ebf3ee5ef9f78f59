import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkRequest, checkResponse, findCall } from './openapi';

const BASE = '/api/v2';
const HOP_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);

export interface ValidatingProxy {
  /** To be used in place of the API's URL, e.g. `http://127.0.0.1:20124/api/v2`. */
  api: string;
  /** Everything found wrong so far. */
  violations(): string[];
  /** What was called so far, as `getProject 200`. */
  exercised(): Set<string>;
  stop(): Promise<void>;
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const json = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));

function headersOf(request: IncomingMessage): Record<string, string> {
  const pairs = Object.entries(request.headers).filter(([name]) => !HOP_HEADERS.has(name));
  return Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]));
}

/**
 * Stands between a client and an API and holds both to the official specification. A violation is answered with 599
 * and the reasons, so that a test cannot overlook it, and kept for `violations()`.
 */
export async function startValidatingProxy(api: string): Promise<ValidatingProxy> {
  const target = new URL(api);
  const found: string[] = [];
  const exercised = new Set<string>();

  function refuse(response: ServerResponse, where: string, reasons: string[]): void {
    found.push(...reasons.map((reason) => `${where}: ${reason}`));
    response.writeHead(599, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ code: 'CONTRACT', message: `${where}: ${reasons.join('; ')}` }));
  }

  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', target.origin);
    const method = request.method ?? 'GET';
    const text = await textOf(request);
    const call = findCall(method, url.pathname.slice(BASE.length));
    const where = `${method} ${url.pathname}`;
    if (call === null) return refuse(response, where, ['is not in the specification']);
    const asked = checkRequest(call, url.searchParams, json(text));
    if (asked.length > 0) return refuse(response, `request ${where}`, asked);
    const body = text === '' ? undefined : text;
    const answer = await fetch(url, { method, headers: headersOf(request), body });
    const answerText = await answer.text();
    exercised.add(`${call.operationId} ${answer.status}`);
    const answered = checkResponse(call, answer.status, json(answerText));
    if (answered.length > 0) return refuse(response, `answer ${answer.status} of ${where}`, answered);
    const headers: Record<string, string> = {};
    for (const name of ['content-type', 'retry-after', 'x-request-id']) {
      const value = answer.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    response.writeHead(answer.status, headers);
    response.end(answerText);
  }

  const server = createServer((request, response) => {
    // An answer that was lost behind us is lost in front of us too.
    relay(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
  return {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`,
    violations: () => found,
    exercised: () => exercised,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
