import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePipeline } from '../../../../src/core/spec/parse';
import { n2m } from '../../support/cli';

const FLAGS = ['--kind', 'neon', '--project', 'shiny-wind-028834', '--database', 'shop', '--table', 'public.orders'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'n2m-init-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('n2m init without a terminal', () => {
  it('writes a file that n2m takes, and says what to set and what to run', async () => {
    const file = join(folder, 'new.yaml');
    const result = await n2m(['init', file, ...FLAGS]);
    expect(result).toMatchObject({ code: 0, stdout: `wrote ${file}\n` });
    expect(result.stderr).toContain('N2M_SECRET_NEON_API_KEY, N2M_SECRET_MATERIALIZE_URL');
    expect(result.stderr).toContain(`next: n2m doctor ${file}, then n2m plan ${file}`);
    expect(parsePipeline(await readFile(file, 'utf8'))).toMatchObject({ ok: true, spec: { name: 'shop' } });
  });

  it('overwrites nothing unless told to', async () => {
    const file = join(folder, 'mine.yaml');
    await writeFile(file, 'mine');
    const result = await n2m(['init', file, ...FLAGS]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('next: another name, or --force to overwrite it');
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect(await n2m(['init', file, '--force', ...FLAGS])).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).toContain('name: shop');
  });

  it('names every flag it misses, at once', async () => {
    const result = await n2m(['init', join(folder, 'none.yaml'), '--kind', 'postgres']);
    expect(result).toMatchObject({ code: 2 });
    for (const flag of ['--tls-ca or --tls', '--database', '--table, --schema or --all']) {
      expect(result.stderr).toContain(flag);
    }
  });

  it('writes nothing where the answers make no file', async () => {
    const file = join(folder, 'wrong.yaml');
    const result = await n2m(['init', file, ...FLAGS.slice(0, -1), 'orders', '-o', 'json']);
    expect(result).toMatchObject({ code: 2 });
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { problems: [{ path: 'source.tables[0]' }] } });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('writes to stdout for -, as n2m sql reads from stdin', async () => {
    const { stdout } = await n2m(['init', '-', ...FLAGS]);
    const sql = await n2m(['sql', '-'], {}, stdout);
    expect(sql).toMatchObject({ code: 0, stderr: '' });
    expect(sql.stdout).toContain('CREATE PUBLICATION "n2m_shop"');
    const asked = await n2m(['init', '-', ...FLAGS, '--output', 'json']);
    expect(JSON.parse(asked.stdout)).toMatchObject({ file: '-', pipeline: 'shop', text: stdout });
  });
});

describe('n2m completion', () => {
  it.each(['bash', 'zsh', 'fish'])('knows every command and code: %s', async (shell) => {
    const { code, stdout } = await n2m(['completion', shell]);
    expect(code).toBe(0);
    for (const word of ['apply', 'doctor', 'explain', 'no-wait', 'slot-lost']) expect(stdout).toContain(word);
  });

  it('says which shells it knows', async () => {
    const result = await n2m(['completion', 'tcsh']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('next: n2m completion bash, zsh or fish');
  });
});
