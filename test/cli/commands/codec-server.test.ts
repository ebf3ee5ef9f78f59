import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { findTemporal } from '../../../local/temporal/binary';
import { dataConverterOf } from '../../../src/codec';
import { codecKeys } from '../../../src/codec/keys';
import { n2m, startCli } from '../support/cli';

const TOKEN = randomBytes(32).toString('hex');
const KEYS = { N2M_CODEC_KEYS: 'k1=env:K', K: randomBytes(32).toString('base64') };

const INPUT = { table: 'kestrel ledger' };

describe('n2m codec-server', () => {
  it.each([
    ['without keys', [], {}, /N2M_CODEC_KEYS names no key/],
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
