import { createServer } from 'node:http';

/** `GET /healthz`: the process answers. `GET /readyz`: the worker polls (503 while it starts or drains). */
export async function serveHealth(address: string | null, state: () => string): Promise<{ close(): Promise<void> }> {
  if (!address) return { close: () => Promise.resolve() };
  const [host, port] = splitAddress(address);
  const server = createServer((request, response) => {
    const ready = state() === 'RUNNING';
    const status = request.url === '/healthz' ? 200 : request.url === '/readyz' ? (ready ? 200 : 503) : 404;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ state: state() }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { close: () => new Promise((resolve) => void server.close(() => resolve())) };
}

function splitAddress(address: string): [string, number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), Number(address.slice(colon + 1))];
}
