import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Client } from 'pg';
import { withClient } from './postgres/client';
import { startStack, type Stack } from './stack';
import { projectRoot } from './stack/worker';
import { reason, say, stopSignal } from './stack/stopping';
import { until } from './stack/until';

/** The whole product on real replication, as a newcomer would try it: apply, new rows arriving, status. */

const KEEP = process.argv.includes('--keep');
const PIPELINE = 'shop';
/** Of the stand-in's copy: slow enough to watch it move, as the first copy of a real database is. */
const PACE = 0.2;

async function main(): Promise<number> {
  const stopping = stopSignal();
  title('A Neon project, a Materialize, a Temporal server and an n2m worker, all on this machine');
  const stack = await startStack({
    signal: stopping,
    log: (line) => say(`  ${line}`),
    rows: 200_000,
    materialize: { speed: PACE },
  });
  try {
    return await show(stack, stopping);
  } finally {
    await stack.stop();
    say('stopped: nothing is left running');
  }
}

async function show(stack: Stack, signal: AbortSignal): Promise<number> {
  say(`  Temporal UI   ${stack.file.temporal.ui}`);
  say(`  pipeline file ${stack.file.pipeline}`);

  title('n2m apply pipeline.yaml: the plan, what needs approval (given here by --yes), the run');
  const code = await n2m(stack, signal, 'apply', stack.file.pipeline, '--yes');
  if (code !== 0) return code;

  title('100 new orders upstream, seen through Materialize');
  await arrive(stack);

  title('How is it? n2m status shop');
  await n2m(stack, signal, 'status', PIPELINE);

  if (KEEP) {
    title('Running until Ctrl-C. In another terminal:');
    say(`  . ${join(stack.dir, 'env.sh')}`);
    say(`  npx n2m status ${PIPELINE} --watch`);
    say(`  Temporal UI: ${stack.file.temporal.ui}`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  } else {
    say(`\nnpm run demo -- --keep leaves it running; npm run local starts it without the tour.`);
  }
  return 0;
}

/** The built command line, as a person would run it. Exit codes 3 and 4 are answers, not failures. */
async function n2m(stack: Stack, signal: AbortSignal, ...args: string[]): Promise<number> {
  const child = spawn(process.execPath, [join(projectRoot, 'lib', 'client.js'), ...args], {
    env: { ...process.env, ...stack.file.env },
    stdio: ['ignore', 'inherit', 'inherit'],
    signal,
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

/** Writes upstream and reads downstream until both sides agree; how long that took is shown, not asserted. */
async function arrive(stack: Stack): Promise<void> {
  const shop = stack.neon?.postgres.superuserUrl.replace(/\/postgres(\?|$)/, '/shop$1') ?? '';
  await withClient(shop, (upstream) => withClient(stack.file.materialize.url, (target) => compare(upstream, target)));

  async function compare(upstream: Client, target: Client): Promise<void> {
    await target.query('SET cluster = ingest_shop');
    const count = async (client: Client, table: string): Promise<number> =>
      Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);
    const began = Date.now();
    await upstream.query(
      `INSERT INTO orders (customer_id, status, total) SELECT n, 'new', n * 1.5 FROM generate_series(1, 100) n`,
    );
    const wanted = await count(upstream, 'orders');
    await until(async () => ((await count(target, 'shop.orders')) === wanted ? true : undefined), {
      what: 'the new orders in Materialize',
      timeout: 30_000,
    });
    say(`  ${wanted.toLocaleString('en-US')} orders on both sides, ${Date.now() - began} ms after the insert began`);
  }
}

function title(text: string): void {
  say(`\n── ${text}`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(`the demo stopped: ${reason(error)}`);
    process.exit(1);
  },
);
