import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporal, isSuitable } from '../../../local/temporal/binary';
import { cacheFolder, describeBuild } from '../../../local/temporal/cache';

describe('the program of the Temporal server', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'n2m-test-binary-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const program = (name: string, version: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\necho "temporal version 1 (Server ${version}, UI 2)"\n`, { mode: 0o755 });
    return path;
  };
  const env = () => ({ PATH: `${folder}:${process.env.PATH}` });

  it('is taken from the PATH first', async () => {
    const path = program('temporal', '1.31.2');
    program(describeBuild().file, '1.31.2');
    expect(await findTemporal({ env: env(), cache: folder })).toEqual({ path, origin: 'PATH' });
  });

  it('is taken from the cache where the one on the PATH is too old, and says so', async () => {
    const old = program('temporal', '1.20.0');
    const path = program(describeBuild().file, '1.31.2');
    const lines: string[] = [];
    const found = await findTemporal({ env: env(), cache: folder, log: (line) => lines.push(line) });
    expect(found).toEqual({ path, origin: 'cache' });
    expect(lines).toEqual([expect.stringMatching(`${old} is not used.*1.20.0.*1.29 or newer`)]);
  });

  it('is kept in the cache folder of the user', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/somewhere' })).toBe('/somewhere/n2m');
    expect(describeBuild().file).toMatch(/^temporal-\d+\.\d+\.\d+-[0-9a-f]{12}$/);
  });

  it.each([
    ['temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)', true],
    ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', true],
    ['temporal version 1.4.0 (Server 1.28.0, UI 2.39.0)', false],
    ['temporal version 9 (Server 2.0.0, UI 3)', true],
    ['', false],
  ])('%s: %s', (version, suitable) => expect(isSuitable(version)).toBe(suitable));
});
