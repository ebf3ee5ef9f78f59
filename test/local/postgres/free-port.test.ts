import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { onFreePort } from '../../../local/postgres/free-port';

describe('a server on a free port', () => {
  const servers: Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  async function listen(port: number): Promise<number> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  it('takes another one when somebody else was quicker', async () => {
    const quicker: number[] = [];
    const own = await onFreePort(async (port) => {
      if (quicker.length < 2) quicker.push(await listen(port));
      return listen(port);
    });
    expect(new Set([...quicker, own]).size).toBe(3);
  });

  it('has whatever else goes wrong told', async () => {
    await expect(onFreePort(() => Promise.reject(new Error('no rights')))).rejects.toThrow('no rights');
  });
});
