import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

/**
 * Runs that are under way when a new worker is deployed replay their history with the new code. These histories were
 * recorded by `npm run record-histories` from released code; each must replay, or live runs of that kind would stand
 * still with a non-determinism error until the old code is back. Where a change is wanted: `patched`, and a new recording
 * beside the old ones, see docs/upgrading.md.
 */
Runtime.install({ logger: new DefaultLogger('ERROR') });

const FOLDER = join(__dirname, 'histories');
const NAMES = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));

const replay = (history: object): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: { codePath: join(__dirname, '../../lib/workflow-bundle.js') } }, history);

const read = (name: string): object => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as object;

describe('a history of released code', () => {
  it.each(NAMES)('%s replays with this code: runs under way would carry on', async (name) => {
    await expect(replay(read(name))).resolves.toBeUndefined();
  });

  it('is refused when a step is another one, so this test can fail', async () => {
    const history = JSON.stringify(read('replicate-many-stints')).replaceAll('"rightSize"', '"somethingElse"');
    await expect(replay(JSON.parse(history) as object)).rejects.toThrow(/nondeterminism/i);
  });
});
