import { connect, createServer, type Socket } from 'node:net';

export interface Wake {
  /** Stops waiting for connections; those already handed over live on until `abandon`. */
  close(): Promise<void>;
  /** Cuts the connections handed over. */
  abandon(): void;
}

/**
 * Holds the port of a suspended compute, as Neon's proxy does: the first connection wakes the compute, and whoever came
 * meanwhile is handed over once it takes connections. When it cannot start, they are cut. Where this differs from the
 * proxy: a connection that comes while the port changes hands is reset or refused, and has to be tried again.
 */
export async function listenForWake(port: number, wake: () => Promise<void>): Promise<Wake> {
  const host = '127.0.0.1';
  const waiting: Socket[] = [];
  const handedOver = new Set<Socket>();
  let woken = false;

  const cut = (sockets: Iterable<Socket>): void => {
    for (const socket of sockets) socket.destroy();
  };
  const close = (): Promise<void> => {
    // Resolves once nobody listens; Node's own callback would wait for the connections too.
    if (server.listening) server.close();
    return Promise.race([closed, new Promise<void>((resolve) => setImmediate(resolve))]);
  };

  function handOver(client: Socket): void {
    const compute = connect({ host, port });
    for (const [one, other] of [
      [client, compute],
      [compute, client],
    ] as const) {
      handedOver.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        handedOver.delete(one);
        other.destroy();
      });
    }
  }

  async function wakeUp(): Promise<void> {
    try {
      await close();
      await wake();
      waiting.forEach(handOver);
    } catch {
      cut(waiting);
    }
  }

  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined);
    waiting.push(socket);
    if (woken) return;
    woken = true;
    void wakeUp();
  });
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, resolve);
  });
  return {
    close,
    abandon() {
      cut(waiting);
      cut(handedOver);
    },
  };
}
