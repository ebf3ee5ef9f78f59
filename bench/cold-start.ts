import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { startStack } from '../local/stack';
import { projectRoot } from '../local/stack/worker';
import { until } from '../local/stack/until';
import { watchId } from '../src/core/names';
import { applied } from './applied';
import { header, median, row } from './figures';

const NAME = 'cold';

interface Used {
  wallMs: number;
  cpuMs: number;
}

/**
 * `[--runs N] [--against LIB]`: `n2m status --last` as a cold process beside Node alone and beside a command that asks nobody,
 * in turns, so that a machine that does more meanwhile does it to all of them. LIB is the `lib` of another build.
 */
export async function benchColdStart(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { runs: { type: 'string', default: '20' }, against: { type: 'string' } },
  });
  const stack = await startStack({
    neon: { logicalReplication: true, sampleOrders: 10 },
    materialize: { speed: 1000 },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const connection = await Connection.connect({ address: stack.file.temporal.address });
  const client = new Client({ connection, namespace: stack.file.temporal.namespace });
  const dir = await mkdtemp(join(tmpdir(), 'n2m-bench-'));
  try {
    await applied(stack, client, NAME);
    await checked(client);
    const program = (lib: string, ...rest: string[]) => [join(lib, 'client.js'), ...rest];
    const lib = join(projectRoot, 'lib');
    const processes: Record<string, string[]> = {
      'node alone': ['-e', '0'],
      'n2m --version': program(lib, '--version'),
      'n2m status --last': program(lib, 'status', NAME, '--last'),
    };
    if (values.against)
      processes['n2m status --last of the other build'] = program(resolve(values.against), 'status', NAME, '--last');
    const used = new Map<string, Used[]>(Object.keys(processes).map((name) => [name, []]));
    for (let run = 0; run <= Number(values.runs); run += 1) {
      for (const [name, command] of Object.entries(processes)) {
        const one = await measured(command, { ...stack.file.env, N2M_BENCH_USED: join(dir, 'used') });
        if (run > 0) used.get(name)?.push(one); // the first round reads the files
      }
    }
    report(used);
  } finally {
    await rm(dir, { recursive: true, force: true });
    await connection.close();
    await stack.stop();
  }
}

/** Until there is a last check to print. */
async function checked(client: Client): Promise<void> {
  await client.schedule.getHandle(watchId(NAME)).trigger();
  const query = `WorkflowType = 'checkReplication' AND ExecutionStatus = 'Completed'`;
  const look = async () => ((await client.workflow.count(query)).count > 0 ? true : undefined);
  await until(look, { what: 'a check', timeout: 60_000 });
}

async function measured(command: string[], env: Record<string, string>): Promise<Used> {
  const options = `--require ${join(__dirname, 'used.js')}`;
  const began = performance.now();
  const child = spawn(process.execPath, command, {
    env: { ...process.env, ...env, NODE_OPTIONS: options },
    stdio: 'ignore',
  });
  await once(child, 'close');
  const wallMs = performance.now() - began;
  return { wallMs, ...(JSON.parse(await readFile(env.N2M_BENCH_USED ?? '', 'utf8')) as { cpuMs: number }) };
}

function report(used: Map<string, Used[]>): void {
  header('cold processes, in turns');
  const of = (name: string, what: keyof Used) => (used.get(name) ?? []).map((one) => one[what]);
  for (const name of used.keys()) {
    row(name, of(name, 'wallMs'), name === 'n2m status --last' ? 'ms (goal ≤ 500)' : 'ms');
    row(`${name}, CPU`, of(name, 'cpuMs'), 'ms');
  }
  const cpu = of('n2m status --last', 'cpuMs');
  for (const other of [...used.keys()].filter((name) => name !== 'n2m status --last')) {
    const ratios = of(other, 'cpuMs').map((value, run) => (cpu[run] ?? NaN) / value);
    row(`n2m status --last ÷ ${other}, CPU`, ratios, `× (median ${median(ratios).toFixed(2)})`);
  }
}
