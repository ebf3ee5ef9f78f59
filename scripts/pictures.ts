import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { startStack, type Stack } from '../local/stack';
import { projectRoot } from '../local/stack/worker';
import { terminalPicture } from './terminal-picture';

/** `npm run pictures`: makes the README's pictures from a real run on the local stack; needs Chromium. */

const FOLDER = join(projectRoot, 'docs', 'pictures');
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const run = promisify(execFile);

async function main(): Promise<void> {
  const browser = process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
  if (!browser) throw new Error('no Chromium found: apt-get install chromium, or set CHROMIUM');
  const stack = await startStack({
    rows: 200_000,
    materialize: { speed: 0.2 },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    const output = await apply(stack);
    await writeFile(join(FOLDER, 'apply.svg'), terminalPicture('n2m apply pipeline.yaml', output));
    const status = await n2m(stack, 'status', 'shop');
    await writeFile(join(FOLDER, 'status.svg'), terminalPicture('n2m status shop', status));
    const workflow = `${stack.file.temporal.ui}/namespaces/default/workflows/pipeline%2Fshop/${await execution(stack)}`;
    await shoot(browser, `${workflow}/user-metadata`, 'temporal-details.png');
    await shoot(browser, `${workflow}/timeline`, 'temporal-timeline.png');
  } finally {
    await stack.stop();
  }
}

/** Everything after the plan: the steps, the first copy, the summary. */
async function apply(stack: Stack): Promise<string> {
  const output = await n2m(stack, 'apply', stack.file.pipeline, '--yes');
  const from = output.indexOf('shop: setting up');
  if (from < 0) throw new Error(`apply did not get that far:\n${output}`);
  return output.slice(from);
}

async function n2m(stack: Stack, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(projectRoot, 'lib', 'client.js'), ...args], {
    env: { ...process.env, ...stack.file.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return output;
}

async function execution(stack: Stack): Promise<string> {
  const connection = await Connection.connect({ address: stack.file.temporal.address });
  try {
    const client = new Client({ connection, namespace: stack.file.temporal.namespace });
    return (await client.workflow.getHandle('pipeline/shop').describe()).runId;
  } finally {
    await connection.close();
  }
}

/** A picture of a page once its scripts are quiet, by a browser that calls nobody else. */
async function shoot(browser: string, url: string, file: string): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'n2m-browser-'));
  try {
    await run(browser, [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--user-data-dir=${profile}`,
      '--window-size=1400,1150',
      '--virtual-time-budget=15000',
      `--screenshot=${join(FOLDER, file)}`,
      url,
    ]);
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
