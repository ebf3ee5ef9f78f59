import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { findTemporal } from '../../../local/temporal/binary';
import { dataConverterOf } from '../../../src/codec';
import { codecKeys } from '../../../src/codec/keys';
import { readPayloads, writePayloads } from '../../../src/codec/payload-json';
import { n2m, startCli } from '../support/cli';

const TOKEN = randomBytes(32).toString('hex');
const KEYS = { N2M_CODEC_KEYS: 'k1=env:K', K: randomBytes(32).toString('base64') };

const INPUT = { table: 'kestrel ledger' };

describe('n2m codec-server', () => {
  it.each([
    ['without keys, where it is to encrypt', ['--encode'], {}, /N2M_CODEC_KEYS names no key/],
    [
      'where others reach it, without a token',
      ['--listen', '0.0.0.0'],
      KEYS,
      /others reach 0\.0\.0\.0.*\nnext: set N2M_CODEC_TOKEN=env:/,
    ],
    ['with a token in place of a reference', [], { ...KEYS, N2M_CODEC_TOKEN: TOKEN }, /N2M_CODEC_TOKEN is no env:NAME/],
    ['for every page there is', ['--ui-origin', '*'], KEYS, /no origin such as http/],
    ['for frames without an origin', ['--ui-origin', 'null'], KEYS, /no origin such as http/],
    ['under a name that is none', ['--host', '*'], KEYS, /no name such as codec\.internal/],
  ])('does not start %s', async (_, args, env, message) => {
    const { code, stderr } = await n2m(['codec-server', '--port', '0', ...args], env);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) as string });
    expect(stderr).not.toContain(TOKEN);
  });

  it('decompresses without keys, for the command line of Temporal', async () => {
    const large = { tables: Array.from({ length: 3_000 }, (_, index) => `public.orders_${index}`) };
    const connection = await Connection.connect({ address: process.env.N2M_TEST_TEMPORAL_ADDRESS ?? '' });
    const namespace = process.env.N2M_TEST_TEMPORAL_NAMESPACE ?? 'default';
    const workflowId = `codec-${randomUUID()}`;
    const client = new Client({ connection, namespace, dataConverter: dataConverterOf([]) });
    const started = await client.workflow.start('nobody', { workflowId, taskQueue: workflowId, args: [large] });
    const server = startCli(['codec-server', '--port', '0', '--output', 'json'], {});
    try {
      let document = '';
      server.child.stdout.on('data', (text: string) => (document += text));
      await server.until('stderr', /codec endpoint http:\/\/127\.0\.0\.1:\d+ for /);
      await server.until('stdout', /\n\}/);
      const { endpoint: url } = JSON.parse(document) as { endpoint: string };
      const stored = await inputOf(started);
      expect(stored.data?.length).toBeLessThan(JSON.stringify(large).length / 4);
      const answer = await fetch(`${url}/decode`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(writePayloads([stored])),
      });
      const [payload] = readPayloads(await answer.text());
      expect(Buffer.from(payload?.data ?? []).toString()).toBe(JSON.stringify(large));
    } finally {
      server.child.kill('SIGTERM');
      await started.terminate('it was looked at');
      await connection.close();
    }
    expect((await server.done).code).toBe(0);
  });

  it('decrypts for the command line of Temporal, which shows its token', async () => {
    const address = process.env.N2M_TEST_TEMPORAL_ADDRESS ?? '';
    const namespace = process.env.N2M_TEST_TEMPORAL_NAMESPACE ?? 'default';
    const connection = await Connection.connect({ address });
    const dataConverter = dataConverterOf(codecKeys(KEYS));
    const workflowId = `codec-${randomUUID()}`;
    const taskQueue = workflowId;
    const client = new Client({ connection, namespace, dataConverter });
    const started = await client.workflow.start('nobody', {
      workflowId,
      taskQueue,
      args: [INPUT],
    });
    const { path } = await findTemporal();
    const show = async (port: string, more: string[]): Promise<string> => {
      const codec = ['--codec-endpoint', `http://127.0.0.1:${port}`, ...more];
      const args = ['workflow', 'show', '--workflow-id', workflowId, '--output', 'json', '--address', address];
      const shown = promisify(execFile)(path, [...args, '--namespace', namespace, ...codec]);
      return (await shown).stdout;
    };
    const server = startCli(['codec-server', '--port', '0'], { ...KEYS, N2M_CODEC_TOKEN: 'env:TOKEN', TOKEN });
    try {
      let said = '';
      server.child.stderr.on('data', (text: string) => (said += text));
      await server.until('stderr', /codec endpoint/);
      const [, port = ''] =
        /endpoint http:\/\/127\.0\.0\.1:(\d+)\/<token> for http:\/\/localhost:8233/.exec(said) ?? [];
      expect(await show(port, ['--codec-auth', `Bearer ${TOKEN}`])).toContain(
        Buffer.from(JSON.stringify(INPUT)).toString('base64'),
      );
      expect(said).not.toContain(TOKEN);
    } finally {
      server.child.kill('SIGTERM');
      await started.terminate('it was looked at');
      await connection.close();
    }
    expect((await server.done).code).toBe(0);
  });
});

/** The input as Temporal holds it. */
async function inputOf(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<Payload> {
  const { events } = await handle.fetchHistory();
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  if (!payload) throw new Error('it has an input');
  return payload;
}
