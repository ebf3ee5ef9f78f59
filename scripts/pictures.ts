import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client as SqlClient } from 'pg';
import { parse, stringify } from 'yaml';
import { startStack, type Stack } from '../local/stack';
import { projectRoot } from '../local/stack/worker';
import type { RunView } from '../src/core/run/types';
import { Pictures } from './browser-picture';
import { PictureStory } from './picture-story';
import { terminalPicture } from './terminal-picture';

/** `npm run pictures`: makes the README's pictures from real runs on the local stack; needs Chromium. */

const FOLDER = join(projectRoot, 'docs', 'pictures');
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

async function main(): Promise<void> {
  const browser = process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
  if (!browser) throw new Error('no Chromium found: apt-get install chromium, or set CHROMIUM');
  const stack = await startStack({
    rows: 200_000,
    materialize: { speed: 0.2 },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const pictures = await Pictures.open(browser);
  const shoot: Shoot = (url, text, file) => pictures.take(url, text, `${FOLDER}/${file}`);
  try {
    await shop(stack, shoot);
    await heldUp(stack, shoot);
  } finally {
    await pictures.close();
    await stack.stop();
  }
}

/** A picture of a page that shows `text`. */
type Shoot = (url: string, text: string, file: `${string}.webp`) => Promise<void>;

/** A run from the question to the end. */
async function shop(stack: Stack, shoot: Shoot): Promise<void> {
  const story = await PictureStory.of(stack, 'shop');
  try {
    await story.n2m('apply', stack.file.pipeline, '--no-wait');
    await story.until('a question', ({ phase }) => phase === 'waiting-for-approval');
    await shoot(await story.page('user-metadata'), 'It asks before it goes on', 'temporal-waiting.webp');
    await story.n2m('approve', 'shop', '--yes');
    const followed = story.n2m('apply', stack.file.pipeline);
    await story.until('the first copy', copying);
    await shoot(await story.page('user-metadata'), 'Nothing to do but wait', 'temporal-copying.webp');
    await writeFile(join(FOLDER, 'apply.svg'), terminalPicture('n2m apply pipeline.yaml', fromSetUp(await followed)));
    await writeFile(join(FOLDER, 'status.svg'), terminalPicture('n2m status shop', await story.n2m('status', 'shop')));
    await shoot(await story.page('user-metadata'), 'All of it is done', 'temporal-details.webp');
    await shoot(await story.page('timeline'), 'awaitSnapshot', 'temporal-timeline.webp');
  } finally {
    await story.end();
  }
}

/** A second pipeline: its copy waits for a transaction somebody forgot, and later somebody drops its publication. */
async function heldUp(stack: Stack, shoot: Shoot): Promise<void> {
  const file = join(stack.dir, 'billing.yaml');
  const shopFile = parse(await readFile(stack.file.pipeline, 'utf8')) as {
    source: Record<string, unknown>;
    materialize: Record<string, unknown>;
  };
  const source = { ...shopFile.source, role: 'mz_billing', tables: ['public.customers', 'public.events'] };
  const cluster = { name: 'ingest_billing', snapshotSize: '200cc', steadySize: '50cc' };
  const materialize = { ...shopFile.materialize, schema: 'billing', cluster };
  await writeFile(file, stringify({ ...shopFile, name: 'billing', source, materialize, watch: { every: '1h' } }));
  const story = await PictureStory.of(stack, 'billing');
  const holder = new SqlClient({
    connectionString: stack.file.postgres.superuserUrl.replace(/\/postgres(\?|$)/, '/shop$1'),
  });
  try {
    const applied = story.n2m('apply', file, '--yes');
    await story.until('the role', ({ steps }) => steps.some(({ id, state }) => id === 'role' && state === 'done'));
    await holder.connect();
    await holder.query(`SET application_name = 'a forgotten console'`);
    await holder.query(`BEGIN; INSERT INTO customers (name, email) VALUES ('held', 'held@example.com')`);
    await story.until('the copy to be held up', ({ snapshot }) => snapshot?.stuck != null);
    await shoot(await story.page('user-metadata'), 'a forgotten console', 'temporal-stuck.webp');
    await holder.query('COMMIT');
    await applied;
    await holder.query('DROP PUBLICATION n2m_billing');
    await story.check();
    await shoot(await story.checkPage('user-metadata'), 'n2m explain', 'temporal-broken.webp');
  } finally {
    await holder.end();
    await story.end();
  }
}

const copying = ({ steps }: RunView): boolean =>
  steps.some(({ id, state }) => id === 'snapshot' && state === 'running');

/** Everything after the plan: the steps, the first copy, the summary. */
function fromSetUp(output: string): string {
  const from = output.indexOf('shop: setting up');
  if (from < 0) throw new Error(`apply did not get that far:\n${output}`);
  return output.slice(from);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
