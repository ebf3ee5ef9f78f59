import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../local/stack/worker';

const run = promisify(execFile);

/** As `npm run demo` starts it; the worker and the command line are the built ones. */
test('the demo of the first screen tells its story to the end', async () => {
  const { stdout, stderr } = await run(process.execPath, ['-r', 'tsx/cjs', join(projectRoot, 'local', 'demo.ts')], {
    cwd: projectRoot,
    // A server of its own, whatever this shell uses.
    env: { ...process.env, TEMPORAL_ADDRESS: undefined },
    maxBuffer: 16 * 1024 * 1024,
  });
  const told = stdout + stderr;
  expect(told).toContain('✓ shop: 14 steps done');
  expect(told).toMatch(/orders on both sides/);
  expect(told).toMatch(/shop {2}healthy/);
  expect(told).toContain('stopped: nothing is left running');
}, 300_000);
