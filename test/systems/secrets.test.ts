import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretRef } from '../../src/core/spec/types';
import { createSecrets } from '../../src/systems/secrets';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'n2m-secrets-'));
  await writeFile(join(directory, 'neon'), 'from-the-file\n');
  await writeFile(join(directory, 'empty'), '\n');
  await writeFile(join(directory, '..data'), 'dotted');
});
afterAll(() => rm(directory, { recursive: true }));

const env = {
  N2M_SECRET_KEY: 'key-value',
  N2M_SECRET_EMPTY: '',
  N2M_SECRET_SHORT: 'abc',
  N2M_SECRET_URL: 'postgres://user:p%40ss%20word@host/db',
  LISTED: 'listed-value',
  AWS_SECRET_ACCESS_KEY: 'not-for-you',
};
const secrets = (change = {}) => createSecrets({ env, allow: ['LISTED'], directory, ...change });

it.each<[SecretRef, string]>([
  ['env:N2M_SECRET_KEY', 'key-value'],
  ['env:LISTED', 'listed-value'],
  ['file:neon', 'from-the-file'],
])('hands out %s', async (ref, value) => {
  expect(await secrets().resolve(ref)).toBe(value);
});

it.each<[string, string]>([
  ['env:AWS_SECRET_ACCESS_KEY', 'SecretNotAllowed'],
  ['env:N2M_SECRET_MISSING', 'SecretMissing'],
  ['env:N2M_SECRET_EMPTY', 'SecretMissing'],
  ['env:N2M_SECRET_SHORT', 'SecretNotAllowed'],
  ['file:absent', 'SecretMissing'],
  ['file:empty', 'SecretMissing'],
  ['file:../neon', 'SecretNotAllowed'],
  ['file:..data', 'SecretNotAllowed'],
  ['file:/etc/passwd', 'SecretNotAllowed'],
  ['file:a/b', 'SecretNotAllowed'],
  ['file:', 'SecretNotAllowed'],
  ['vault:neon', 'SecretNotAllowed'],
])('refuses %s as %s, at once', async (ref, type) => {
  await expect(secrets().resolve(ref as SecretRef)).rejects.toMatchObject({
    info: { type, system: 'worker', retryable: false },
  });
});

it('refuses files where no folder is configured', async () => {
  await expect(secrets({ directory: null }).resolve('file:neon')).rejects.toMatchObject({
    info: { type: 'SecretNotAllowed' },
  });
});

it('never repeats a value: neither one that is refused nor one pasted in place of a reference', async () => {
  for (const ref of ['env:AWS_SECRET_ACCESS_KEY', 'env:N2M_SECRET_SHORT', 'hunter2:hunter2'] as SecretRef[]) {
    const error: unknown = await secrets()
      .resolve(ref)
      .catch((reason: unknown) => reason);
    expect(JSON.stringify(error) + String(error)).not.toMatch(/not-for-you|abc|hunter2/);
  }
});

it('knows what it handed out, with the password inside a URL, and what it was told', async () => {
  const all = secrets();
  expect(all.known()).toEqual([]);
  await all.resolve('env:N2M_SECRET_URL');
  all.remember('generated');
  all.remember('x');
  expect(all.known()).toEqual([env.N2M_SECRET_URL, 'p@ss word', 'generated']);
});

it('follows links, as mounted secrets are', async () => {
  await symlink(join(directory, 'neon'), join(directory, 'linked'));
  expect(await secrets().resolve('file:linked')).toBe('from-the-file');
});
