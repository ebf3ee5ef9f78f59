import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import type { StackFile } from '../../../local/stack';
import { until } from '../../../local/stack/until';
import { parseArguments } from '../../../local/stack/arguments';
import { projectRoot } from '../../../local/stack/worker';
import { parsePipeline } from '../../../src/core/spec/parse';
import { killProcessesOf, leftBehind, ownTmpdir } from './left-behind';

const run = promisify(execFile);
const patience = 300_000;

/** What a person starts, and the same without npm around it; the build that comes first is left out. */
const npm = ['npm', 'run', '--silent', '--ignore-scripts', 'local', '--'];
const node = [process.execPath, '-r', 'tsx/cjs', join(projectRoot, 'local', 'main.ts')];

/** A local stack in a TMPDIR of its own. */
class Local {
  readonly folder = ownTmpdir();
  readonly dir = join(this.folder, 'stack');
  readonly child: ChildProcess;
  errors = '';
  private readonly ended: Promise<unknown[]>;

  constructor(args: string[] = [], [command = '', ...before]: string[] = node) {
    this.child = spawn(command, [...before, '--dir', this.dir, '--rows', '10', ...args], {
      cwd: projectRoot,
      env: { ...process.env, TMPDIR: this.folder, TEMPORAL_ADDRESS: undefined },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.ended = once(this.child, 'close');
  }

  get file(): StackFile {
    return JSON.parse(readFileSync(join(this.dir, 'stack.json'), 'utf8')) as StackFile;
  }

  async says(pattern: RegExp): Promise<void> {
    const said = () => {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.errors}`);
      return Promise.resolve(pattern.test(this.errors) ? true : undefined);
    };
    await until(said, { what: String(pattern), timeout: patience });
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.exitCode();
  }

  async exitCode(): Promise<number | null> {
    const [code] = await this.ended;
    return code as number | null;
  }

  async nothingIsLeft(addresses: string[]): Promise<void> {
    expect(await leftBehind(this.folder, addresses)).toEqual([]);
  }

  clean(): void {
    killProcessesOf(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const addressesOf = ({ temporal, neon, postgres, materialize, metrics, env }: StackFile): string[] =>
  [
    ...[temporal.address, temporal.ui, neon?.api, postgres.url, postgres.superuserUrl, materialize.url],
    ...[metrics, env.N2M_HEALTH_ADDRESS],
  ].filter((address) => address !== undefined);

async function everythingAnswers({ temporal, neon, postgres, materialize, metrics, pipeline, env }: StackFile) {
  const connection = await Connection.connect({ address: temporal.address });
  await connection.workflowService.describeNamespace({ namespace: temporal.namespace });
  await connection.close();
  expect((await fetch(temporal.ui)).status).toBe(200);
  const headers = { authorization: `Bearer ${neon?.apiKey}` };
  expect((await fetch(`${neon?.api}/projects/${neon?.project}`, { headers })).status).toBe(200);
  const ask = async (url: string, statement: string): Promise<string> =>
    (await run('psql', ['--no-psqlrc', '-At', '-c', statement, url])).stdout.trim();
  expect(await ask(postgres.url, 'SELECT count(*) > 0 FROM orders')).toBe('t');
  expect(await ask(postgres.superuserUrl, 'SHOW is_superuser')).toBe('on');
  expect(await ask(materialize.url, 'SELECT mz_version()')).toMatch(/^v\d+\./);
  expect(await (await fetch(metrics)).text()).toContain('temporal_');
  expect((await fetch(`http://${env.N2M_HEALTH_ADDRESS}/readyz`)).status).toBe(200);
  expect(parsePipeline(readFileSync(pipeline, 'utf8'))).toMatchObject({ ok: true });
}

describe('npm run local', () => {
  it(
    'writes stack.json when everything answers, and leaves nothing behind after SIGTERM',
    async () => {
      const local = new Local(['--traffic'], npm);
      try {
        await local.says(/Ctrl-C ends it all/);
        const { file } = local;
        await everythingAnswers(file);
        const sourced = execFileSync('sh', ['-c', '. "$0" && env', join(local.dir, 'env.sh')], { encoding: 'utf8' });
        for (const [name, value] of Object.entries(file.env)) expect(sourced.split('\n')).toContain(`${name}=${value}`);

        const second = await startStackIn(local);
        expect(second).toMatch(/a stack runs there already \(process \d+\).*--dir/s);

        expect(await local.end('SIGTERM')).toBe(0);
        expect(local.errors).toMatch(
          /stopping stack\.json.*stopping the worker.*stopping Materialize.*stopping the writer.*stopping Neon.*stopping Temporal/s,
        );
        await local.nothingIsLeft(addressesOf(file));
      } finally {
        local.clean();
      }
    },
    patience,
  );

  it(
    'stops what it has started when a signal comes before everything is up',
    async () => {
      const local = new Local(['--no-worker']);
      try {
        await local.says(/starting the Materialize stand-in/);
        expect(await local.end('SIGINT')).toBe(0);
        expect(existsSync(join(local.dir, 'stack.json'))).toBe(false);
        await local.nothingIsLeft([]);
      } finally {
        local.clean();
      }
    },
    patience,
  );

  it(
    'leaves no process and no folder behind even when it is killed',
    async () => {
      const local = new Local(['--no-worker']);
      try {
        await local.says(/Ctrl-C ends it all/);
        const addresses = addressesOf(local.file);
        await local.end('SIGKILL');
        rmSync(local.dir, { recursive: true });
        await local.nothingIsLeft(addresses);
      } finally {
        local.clean();
      }
    },
    patience,
  );

  it('plays the release it is told to, and refuses one that was not recorded', async () => {
    const local = new Local(['--materialize-version', '26.8']);
    try {
      expect(await local.exitCode()).toBe(2);
      expect(local.errors).toMatch(/26\.8.*was not recorded: 26\.9 or 26\.39/s);
      expect(parseArguments(['--materialize-version', '26.9']).materialize).toMatchObject({ version: '26.9' });
    } finally {
      local.clean();
    }
  });

  it('refuses arguments it does not know, and says where they are listed', async () => {
    const local = new Local(['--nope']);
    try {
      expect(await local.exitCode()).toBe(2);
      expect(local.errors).toMatch(/--nope.*npm run local -- --help/s);
    } finally {
      local.clean();
    }
  });
});

/** Starts another one in the same folder; returns what it says when it ends. */
async function startStackIn(first: Local): Promise<string> {
  const [command = '', ...before] = node;
  const child = spawn(command, [...before, '--dir', first.dir, '--no-worker'], {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code).toBe(1);
  return errors;
}
