import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grammarFault } from '../../local/materialize/sql/grammar';
import type { ScriptStep } from '../../src/cli/render/sql';
import { n2m } from './support/cli';
import { pipelineFile } from './support/files';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'n2m-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, 'pipeline.yaml');
  await writeFile(path, text);
  return path;
}

/** An address nobody listens at: taken and given back. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

describe('arguments', () => {
  it('prints help with examples on stdout', async () => {
    const result = await n2m(['--help']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain('Examples:');
    for (const command of [
      'plan',
      'sql',
      'apply',
      'approve',
      'reject',
      'status',
      'list',
      'pause',
      'resume',
      'cancel',
    ]) {
      expect(result.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it.each([
    [['stauts'], 'Did you mean status?'],
    [['plan', 'x', '--outptu', 'json'], 'Did you mean --output?'],
    [['plan'], "missing required argument 'file'"],
    [['plan', 'x', '-o', 'xml'], 'Allowed choices are text, json'],
    [['status', 'pipeline.yaml'], "takes the pipeline's name"],
    [[], 'Usage: n2m'],
  ])('n2m %j ends with 2', async (args, message) => {
    const result = await n2m(args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
  });

  it.each([
    [['plan', '--output', 'json'], "missing required argument 'file'", 'n2m plan --help'],
    [['plan', 'x', '-ojson', '--fast'], "unknown option '--fast'", 'n2m plan --help'],
    [['stauts', '--output=json'], "unknown command 'stauts'", 'n2m --help'],
  ])('n2m %j says so to programs, too', async (args, message, next) => {
    const result = await n2m(args);
    expect(result.code).toBe(2);
    const { error } = JSON.parse(result.stdout) as { error: { message: string } };
    expect(error).toMatchObject({ exitCode: 2, next });
    expect(error.message).toContain(message);
  });
});

describe('a wrong file', () => {
  it('is told with places on stderr and as JSON on stdout, before anything is connected to', async () => {
    const path = await file(pipelineFile('Shop', '[orders]'));
    const result = await n2m(['apply', path, '--output', 'json'], { TEMPORAL_ADDRESS: await nobody() });
    expect(result).toMatchObject({ code: 2 });
    expect(result.stderr).toContain(`${path}:2:1 name: `);
    expect(result.stderr).toContain(`${path}:8:12 source.tables[0]: `);
    expect(JSON.parse(result.stdout)).toMatchObject({
      error: {
        exitCode: 2,
        problems: [
          { path: 'name', line: 2 },
          { path: 'source.tables[0]', line: 8 },
        ],
      },
    });
  });

  it('that does not exist is named with what to do', async () => {
    const result = await n2m(['plan', join(folder, 'nothing.yaml')]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/nothing\.yaml does not exist[^]*next: n2m init/);
  });
});

describe('Temporal out of reach', () => {
  it.each([['plan'], ['apply']])('n2m %s ends with 5, the address and the next command', async (command) => {
    const address = await nobody();
    const result = await n2m([command, await file(pipelineFile('shop'))], { TEMPORAL_ADDRESS: address });
    expect(result).toMatchObject({ code: 5, stdout: '' });
    expect(result.stderr).toContain(`Temporal does not answer at ${address}`);
    expect(result.stderr).toContain('next: set TEMPORAL_ADDRESS');
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it('shows where it went wrong with N2M_DEBUG', async () => {
    const result = await n2m(['list'], { TEMPORAL_ADDRESS: await nobody(), N2M_DEBUG: '1' });
    expect(result).toMatchObject({ code: 5, stdout: '' });
    expect(result.stderr).toMatch(/^\s+at /m);
  });
});

describe('n2m sql', () => {
  it('prints every statement without any connection', async () => {
    const result = await n2m(['sql', await file(pipelineFile('web-shop'))], { TEMPORAL_ADDRESS: await nobody() });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(
      'CREATE PUBLICATION "n2m_web_shop" FOR TABLE ONLY "public"."orders", ONLY "public"."customers";',
    );
    expect(result.stdout).toContain('CREATE SECRET "materialize"."web_shop"."web_shop_password"');
    const order = [
      'REPLICA IDENTITY FULL',
      'CREATE PUBLICATION',
      'CREATE CLUSTER',
      'CREATE SECRET',
      'CREATE CONNECTION',
      'CREATE SOURCE',
      'ALTER CLUSTER',
    ];
    const places = order.map((text) => result.stdout.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('has nothing but comments and statements', async () => {
    const result = await n2m(['sql', '-'], {}, pipelineFile('shop'));
    for (const line of result.stdout.split('\n')) expect(line).toMatch(/^(--.*|.*;|)$/);
  });

  it('sends Materialize what its own parser takes', async () => {
    const result = await n2m(['sql', '-', '--output', 'json'], {}, pipelineFile('shop'));
    const { steps } = JSON.parse(result.stdout) as { steps: ScriptStep[] };
    const texts = steps.flatMap(({ calls }) => calls.flatMap(({ to, text }) => (to === 'materialize' ? [text] : [])));
    expect(texts.length).toBeGreaterThan(8);
    expect(texts.map((text) => ({ text, fault: grammarFault(text) })).filter(({ fault }) => fault !== null)).toEqual(
      [],
    );
  });
});
