import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { Client } from 'pg';
import { parse } from 'yaml';
import { sampleFile, sampleScript } from '../../../local/compose/sample-file';
import { freePort } from '../../../local/postgres/free-port';
import { startPostgres } from '../../../local/postgres/server';
import { ServerProcess } from '../../../local/stack/process';
import { until } from '../../../local/stack/until';
import { projectRoot } from '../../../local/stack/worker';
import { findTemporal } from '../../../local/temporal/binary';
import { describeBuild } from '../../../local/temporal/cache';
import { parseConfig } from '../../../src/config';
import { parsePipeline } from '../../../src/core/spec/parse';

interface Service {
  image: string;
  command?: string;
  environment?: Record<string, string>;
  ports?: string[];
  build?: { context: string; target: string };
  depends_on?: Record<string, { condition: string }>;
  healthcheck: { test: string[] };
}

const text = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8');
const compose = parse(text) as { services: Record<string, Service> };
const services = Object.entries(compose.services);
const service = (name: string): Service => {
  const found = compose.services[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
};
const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');

async function exitCode(program: string, args: string[]): Promise<number | null> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

function validator(): (document: unknown) => string[] {
  const schema = JSON.parse(read('test/local/compose/compose-spec.schema.json')) as object;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  // Formats of the specification that JSON Schema does not know.
  for (const format of ['ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, true);
  const validate = ajv.compile(schema);
  return (document) => (validate(document) ? [] : (validate.errors ?? []).map((error) => JSON.stringify(error)));
}

describe('ops/compose/worker.yaml', () => {
  const file = parse(read('ops/compose/worker.yaml')) as { services: { worker: Service & Record<string, unknown> } };
  const { worker } = file.services;

  it('follows the Compose specification, and has the worker as careful as for trying it out', () => {
    expect(validator()(file)).toEqual([]);
    const { read_only, tmpfs, cap_drop, security_opt, healthcheck } = service('worker') as unknown as typeof worker;
    expect(worker).toMatchObject({ read_only, tmpfs, cap_drop, security_opt, healthcheck });
    expect(worker.ports).toBeUndefined();
  });

  it('is of the build that its variable names, and of none without', () => {
    expect(worker.image).toMatch(/^n2m-worker:\$\{N2M_BUILD_ID:\?.+\}$/);
    expect(worker.environment).toMatchObject({ N2M_DEPLOYMENT: 'n2m', N2M_BUILD_ID: '${N2M_BUILD_ID}' });
  });

  it('sets what the worker takes, and leaves time to stop', () => {
    const { shutdownGraceMs } = parseConfig({ ...worker.environment, N2M_BUILD_ID: '0.1.0' });
    expect(Number.parseInt(String(worker.stop_grace_period), 10)).toBeGreaterThan(shutdownGraceMs / 1000 + 20);
  });
});

describe('docker-compose.yml', () => {
  it('follows the Compose specification', () => {
    const validate = validator();
    expect(validate(compose)).toEqual([]);
    expect(validate({ services: { worker: { imagee: 'x' } } })).not.toEqual([]);
  });

  it.each(services)('pins the image of %s to a version', (_, { image, build }) => {
    expect(image).toMatch(build ? /^[\w.-]+:local$/ : /:v?\d+\.\d+/);
  });

  it.each(services)('publishes the ports of %s on loopback only, each by a variable', (_, { ports = [] }) => {
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{N2M_\w+_PORT:-(\d+)\}:\1$/);
  });

  it('knows for every service when it is healthy, and starts the worker after the others are', () => {
    for (const [, { healthcheck }] of services) expect(healthcheck.test[0]).toBe('CMD');
    const others = services.map(([name]) => name).filter((name) => name !== 'worker');
    expect(Object.keys(service('worker').depends_on ?? {}).sort()).toEqual(others.sort());
    for (const { condition } of Object.values(service('worker').depends_on ?? {}))
      expect(condition).toBe('service_healthy');
  });

  it('explains every variable it reads in .env.example, with the same default', () => {
    const used = [...text.matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, name, value]) => `${name}=${value}`);
    const explained = read('.env.example')
      .split('\n')
      .filter((line) => /^\w+=/.test(line));
    expect([...new Set(used)].sort()).toEqual(explained.sort());
  });

  it('mounts only files that exist', () => {
    for (const [, file = ''] of text.matchAll(/- \.\/([^:]+):/g)) expect(() => read(file)).not.toThrow();
  });

  it('asks the worker for its health as its endpoint answers', async () => {
    const [, program = '', ...args] = service('worker').healthcheck.test;
    expect(program).toBe('node');
    for (const status of [200, 503]) {
      const server = createServer((request, response) =>
        response.writeHead(request.url === '/readyz' ? status : 404).end(),
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const command = args.map((arg) => arg.replace(':8080/', `:${port}/`));
      const code = await exitCode(process.execPath, command);
      await new Promise((resolve) => server.close(resolve));
      expect(code).toBe(status === 200 ? 0 : 1);
    }
  });

  it('starts Temporal with flags the program knows, and asks for its health as it answers', async () => {
    const { command = '', healthcheck, image } = service('temporal');
    expect(image).toBe(`temporalio/temporal:${describeBuild().version}`);
    const { path } = await findTemporal();
    const folder = mkdtempSync(join(tmpdir(), 'n2m-test-compose-'));
    const [port, uiPort] = [await freePort(), await freePort()];
    const args = command.split(' ').map((arg) => arg.replace('0.0.0.0', '127.0.0.1').replace('/home/temporal', folder));
    const ports = ['--port', String(port), '--ui-port', String(uiPort)];
    const server = ServerProcess.start({
      name: 'temporal',
      command: path,
      args: [...args, ...ports],
      removeAfter: folder,
    });
    try {
      const [, program, ...question] = healthcheck.test.map((arg) => arg.replace(':7233', `:${port}`));
      expect(program).toBe('temporal');
      const healthy = async () => ((await exitCode(path, question)) === 0 ? true : undefined);
      const looking = new AbortController();
      const ready = until(healthy, { what: 'health', timeout: 30_000, signal: looking.signal });
      await Promise.race([ready, server.failed()]).finally(() => looking.abort());
      await server.stop();
      expect(await exitCode(path, question)).not.toBe(0);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('starts Postgres with settings the server knows, and asks for its health over TCP', async () => {
    const { command = '', healthcheck } = service('postgres');
    const pairs = [...command.matchAll(/-c (\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value] as const);
    const postgres = await startPostgres({ settings: Object.fromEntries(pairs) });
    const client = new Client({ connectionString: postgres.superuserUrl });
    try {
      await client.connect();
      expect((await client.query<{ wal_level: string }>('SHOW wal_level')).rows).toEqual([{ wal_level: 'logical' }]);
      await client.query(sampleScript({ orders: 1_000 }));
      const { rows } = await client.query<{ n: string }>('SELECT count(*) AS n FROM orders');
      expect(Number(rows[0]?.n)).toBe(1_000);
      const [, program = '', ...question] = healthcheck.test;
      const ask = [...question, `--port=${postgres.port}`];
      expect(program).toBe('pg_isready');
      expect(await exitCode(program, ask)).toBe(0);
      await client.end();
      await postgres.halt();
      expect(await exitCode(program, ask)).not.toBe(0);
    } finally {
      await client.end().catch(() => undefined);
      await postgres.stop();
    }
  });
});

describe('the files of compose', () => {
  it('hold the same sample data as the local stack', () => {
    expect(readFileSync(sampleFile, 'utf8')).toBe(sampleScript());
  });

  it('have a pipeline whose references the worker can resolve', () => {
    const parsed = parsePipeline(read('local/compose/pipeline.yaml'));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const given = Object.keys(service('worker').environment ?? {});
    const named = [...read('local/compose/pipeline.yaml').matchAll(/env:(\w+)/g)].map(([, name]) => name);
    expect(given).toEqual(expect.arrayContaining(named));
  });

  it('give the worker an environment it accepts', () => {
    const environment = Object.entries(service('worker').environment ?? {});
    const filled = environment.map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/g, '$1')]);
    expect(() => parseConfig(Object.fromEntries(filled) as Record<string, string>)).not.toThrow();
  });
});
