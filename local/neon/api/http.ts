import { randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError, badRequest, locked, notFound, notSupported } from './errors';
import { parseFaults, type CallFault, type Faults } from './faults';
import type { Reply, Route } from './request';
import { routes } from './routes';
import type { ProjectState } from './state';

const BASE = '/api/v2';
const FAULTS = '/_faults';

interface Match {
  route: Route;
  path: Record<string, string>;
}

const compiled = routes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest(`"${text}" is not a well-formed part of a path`);
  }
}

function match(method: string, path: string): Match {
  for (const { route, pattern } of compiled) {
    const groups = route.method === method ? pattern.exec(path) : null;
    if (groups === null) continue;
    const values = Object.entries(groups.groups ?? {}).map(([name, text]) => [name, decoded(text)]);
    return { route, path: Object.fromEntries(values) as Record<string, string> };
  }
  // Not 404: that would say the thing asked for is absent.
  throw notSupported(`${method} ${path}`);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest('the body is not JSON');
  }
}

function mustHaveKey(request: IncomingMessage, apiKey: string): void {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${apiKey}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new ApiError(401, 'supplied credentials do not pass authentication');
  }
}

const FAULT_TEXT: Record<number, string> = {
  429: 'too many requests',
  500: 'internal error',
  503: 'service temporarily unavailable',
};

function raise(fault: CallFault & { kind: 'status' }): never {
  const headers: Record<string, string> = {};
  if (fault.retryAfter !== undefined) headers['Retry-After'] = String(fault.retryAfter);
  const text = fault.status === 423 ? locked().message : (FAULT_TEXT[fault.status] ?? 'fault');
  throw new ApiError(fault.status, text, { headers });
}

export interface ApiServer {
  /** Without the /api/v2, e.g. `http://127.0.0.1:20123`. */
  origin: string;
  stop(): Promise<void>;
}

/** Serves the API under /api/v2, and the faults under /_faults (GET lists, POST adds, DELETE forgets and releases). */
export async function serveApi(options: {
  state: ProjectState;
  apiKey: string;
  faults: Faults;
  port: number;
}): Promise<ApiServer> {
  const { state, apiKey, faults } = options;

  async function control(request: IncomingMessage): Promise<Reply> {
    if (request.method === 'POST') faults.add(...parseFaults(await readBody(request)));
    else if (request.method === 'DELETE') faults.clear();
    else if (request.method !== 'GET') throw notFound('page');
    return { status: 200, body: { faults: faults.list() } };
  }

  async function perform(request: IncomingMessage, url: URL): Promise<Reply> {
    mustHaveKey(request, apiKey);
    const { route, path } = match(request.method ?? 'GET', url.pathname.slice(BASE.length));
    if (path.project_id !== undefined && path.project_id !== state.project.id) throw notFound('project');
    return route.handle({ state, path, query: url.searchParams, body: await readBody(request) });
  }

  /** Answers null when the connection is to be cut instead. */
  async function call(request: IncomingMessage, url: URL): Promise<Reply | null> {
    if (!url.pathname.startsWith(`${BASE}/`)) throw notFound('page');
    let cutAfter = false;
    let saysAfter: (CallFault & { kind: 'status' }) | null = null;
    for (const fault of faults.takeForCall(request.method ?? 'GET', url.pathname.slice(BASE.length))) {
      if (fault.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
      if (fault.kind === 'status' && fault.when !== 'after') raise(fault);
      if (fault.kind === 'status') saysAfter = fault;
      if (fault.kind === 'lost-connection' && fault.when === 'before') return null;
      if (fault.kind === 'lost-connection') cutAfter = true;
    }
    const reply = await perform(request, url);
    if (saysAfter) raise(saysAfter);
    return cutAfter ? null : reply;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = String(request.headers['x-request-id'] ?? randomUUID());
    const send = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
      response.writeHead(status, { ...type, 'X-Request-ID': requestId, ...headers });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    try {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const reply = url.pathname === FAULTS ? await control(request) : await call(request, url);
      if (reply === null) request.socket.destroy();
      else send(reply.status, reply.body);
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError(500, 'internal error');
      if (!(error instanceof ApiError)) console.error('Neon stand-in:', error);
      const body = { code: known.options.code ?? '', message: known.message, request_id: requestId };
      send(known.status, body, known.options.headers);
    }
  }

  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: '127.0.0.1' }, resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
