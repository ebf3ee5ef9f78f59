import { execFileSync } from 'node:child_process';
import { mkdtempSync, existsSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { isAlive } from '../../../local/stack/lock';
import { searchAttributes, startTemporal, type TemporalServer } from '../../../local/temporal/server';

/** The folder of the database file a running server was started with. */
function folderOf(pid: number | undefined): string {
  const args = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return dirname(/--db-filename (\S+)/.exec(args)?.[1] ?? '');
}

async function listens(address: string): Promise<boolean> {
  const port = Number(address.split(':').pop());
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(!!socket.destroy()));
    socket.once('error', () => resolve(false));
  });
}

async function withClient<T>(server: TemporalServer, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

const ownServer = { useExisting: false };

describe('a Temporal server of our own', () => {
  it('answers, serves its UI and knows the search attributes', async () => {
    const server = await startTemporal(ownServer);
    try {
      const known = await withClient(server, ({ connection, options }) =>
        connection.operatorService.listSearchAttributes({ namespace: options.namespace }),
      );
      expect(Object.keys(known.customAttributes)).toEqual(expect.arrayContaining([...searchAttributes]));
      expect((await fetch(server.ui)).status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  it('leaves no process, port or folder behind when stopped', async () => {
    const server = await startTemporal(ownServer);
    const { pid, address, ui } = server;
    expect(pid && isAlive(pid)).toBe(true);
    const folder = folderOf(pid);
    expect(existsSync(folder)).toBe(true);
    await server.stop();
    expect(pid && isAlive(pid)).toBe(false);
    expect(await listens(address)).toBe(false);
    expect(await listens(ui)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps its state, address and attributes over a restart and a crash', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'n2m-test-temporal-'));
    const server = await startTemporal({ dbFile: join(folder, 'temporal.db'), namespace: 'shop' });
    try {
      const { address, pid } = server;
      const key = defineSearchAttributeKey('N2mPipeline', SearchAttributeType.KEYWORD);
      await withClient(server, ({ workflow }) =>
        workflow.start('nobodyRunsIt', {
          taskQueue: 'none',
          workflowId: 'pipeline/shop',
          typedSearchAttributes: [{ key, value: 'shop' }],
        }),
      );
      await server.kill();
      expect(server.pid).toBeUndefined();
      await server.restart();
      expect(server.address).toBe(address);
      expect(server.pid).not.toBe(pid);
      const found = await withClient(server, ({ workflow }) => workflow.getHandle('pipeline/shop').describe());
      expect(found.status.name).toBe('RUNNING');
      expect(found.typedSearchAttributes.get(key)).toBe('shop');
    } finally {
      await server.stop();
    }
    expect(existsSync(join(folder, 'temporal.db'))).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it('says which address cannot be used when its port is taken', async () => {
    const first = await startTemporal(ownServer);
    try {
      const port = Number(first.address.split(':')[1]);
      await expect(startTemporal({ port })).rejects.toThrow(/Temporal server .* ended .*in use/s);
    } finally {
      await first.stop();
    }
  });
});

describe('a Temporal server that already runs', () => {
  it('is used as TEMPORAL_ADDRESS names it, gets the attributes it lacks, and is left running', async () => {
    const running = await startTemporal({ ...ownServer, searchAttributes: [] });
    try {
      const server = await startTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: running.address } });
      expect(server.address).toBe(running.address);
      await expect(server.kill()).rejects.toThrow('was not started by us');
      await server.stop();
      const known = await withClient(server, ({ connection }) =>
        connection.operatorService.listSearchAttributes({ namespace: 'default' }),
      );
      expect(Object.keys(known.customAttributes)).toEqual(expect.arrayContaining([...searchAttributes]));
    } finally {
      await running.stop();
    }
  });

  it('is reported with its address and namespace when it does not know the namespace', async () => {
    const env = { ...process.env, TEMPORAL_ADDRESS: process.env.N2M_TEST_TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE: 'nope' };
    await expect(startTemporal({ env })).rejects.toThrow(
      /^TEMPORAL_ADDRESS=127.0.0.1:\d+ with namespace nope cannot be used: 5 NOT_FOUND: .*nope/,
    );
  });
});
