// Prints what the package brings along, from the lock file, as CycloneDX. Not `npm sbom --omit dev`: that also leaves out
// what a tool of development needs besides us (https://github.com/npm/cli/issues/7909), such as pg.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const json = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--ignore-scripts'];
const { status, stdout, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
if (status !== 0) {
  process.stderr.write(stderr);
  process.exit(1);
}
const bom = JSON.parse(stdout);

/** As the lock file says, `dev` is what nothing but development leads to. */
const brought = new Set(
  Object.entries(json('package-lock.json').packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { name, version }]) => `${name ?? path.split('node_modules/').at(-1)}@${version}`),
);
const { name, dependencies } = json('package.json');
const own = bom.metadata.component['bom-ref'];
const ofOurs = (reference) =>
  Object.entries(dependencies).some(([name, version]) => reference === `${name}@${version}`);

// npm calls it by the name of the folder.
bom.metadata.component.name = name;
bom.components = bom.components.filter((component) => brought.has(component['bom-ref']));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => ref === own || brought.has(ref))
  .map(({ ref, dependsOn }) => ({
    ref,
    dependsOn: dependsOn.filter((reference) => brought.has(reference) && (ref !== own || ofOurs(reference))),
  }));
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);
