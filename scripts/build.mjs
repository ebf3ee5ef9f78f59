// Compiles src/ to lib/ and bundles the workflows once, so that a worker starts without webpack.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync, chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

rmSync(new URL('../lib', import.meta.url), { recursive: true, force: true });
const tsc = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');
const { code } = await bundleWorkflowCode({
  workflowsPath: require.resolve('../lib/workflows/index.js'),
  logger: new DefaultLogger('WARN'),
});
writeFileSync(new URL('../lib/workflow-bundle.js', import.meta.url), code);
chmodSync(new URL('../lib/client.js', import.meta.url), 0o755);
