// Compiles src/, and bundles the workflows, so that a worker starts without webpack, and the command line. Built beside lib/ and swapped
// in at the end: whatever runs from lib/ meanwhile never sees half of it.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCli } from './bundle-cli.mjs';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const lib = join(root, 'lib');
const fresh = join(root, `lib-${process.pid}`);
const old = join(root, `lib-${process.pid}-old`);

process.on('exit', () => [fresh, old].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const tsc = [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', fresh];
const { status } = spawnSync(process.execPath, tsc, { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');
const options = { workflowsPath: join(fresh, 'workflows', 'index.js'), logger: new DefaultLogger('WARN') };
// With the optional codec, workflows also put the texts of failures into payloads; where traces are wanted they make spans.
const encoding = { failureConverterPath: join(fresh, 'codec', 'failure-converter.js') };
const tracing = { workflowInterceptorModules: [join(fresh, 'telemetry', 'workflow-interceptors.js')] };
for (const [name, more] of Object.entries({
  'workflow-bundle.js': {},
  'workflow-bundle-codec.js': encoding,
  'workflow-bundle-traced.js': tracing,
  'workflow-bundle-codec-traced.js': { ...encoding, ...tracing },
})) {
  const { code } = await bundleWorkflowCode({ ...options, ...more });
  writeFileSync(join(fresh, name), code);
}
rmSync(join(fresh, 'cli'), { recursive: true });
await bundleCli(root, fresh);
for (const bin of ['client.js', 'worker.js']) chmodSync(join(fresh, bin), 0o755);

if (existsSync(lib)) renameSync(lib, old);
renameSync(fresh, lib);
