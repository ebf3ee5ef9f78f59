import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretRef } from '../../src/core/spec/types';
import type { SecretPurpose } from '../../src/core/spec/purposes';
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
  expect(await secrets().resolve(ref, 'role-password')).toBe(value);
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
  await expect(secrets().resolve(ref as SecretRef, 'role-password')).rejects.toMatchObject({
    info: { type, system: 'worker', retryable: false },
  });
});

it('refuses files where no folder is configured', async () => {
  await expect(secrets({ directory: null }).resolve('file:neon', 'api-key')).rejects.toMatchObject({
    info: { type: 'SecretNotAllowed' },
  });
});

it('never repeats a value: neither one that is refused nor one pasted in place of a reference', async () => {
  for (const ref of ['env:AWS_SECRET_ACCESS_KEY', 'env:N2M_SECRET_SHORT', 'hunter2:hunter2'] as SecretRef[]) {
    const error: unknown = await secrets()
      .resolve(ref, 'role-password')
      .catch((reason: unknown) => reason);
    expect(JSON.stringify(error) + String(error)).not.toMatch(/not-for-you|abc|hunter2/);
  }
});

it('knows what it handed out, with the password inside a URL, and what it was told', async () => {
  const all = secrets();
  expect(all.known()).toEqual([]);
  await all.resolve('env:N2M_SECRET_URL', 'postgres-url');
  all.remember('generated');
  all.remember('x');
  expect(all.known()).toEqual([env.N2M_SECRET_URL, 'p@ss word', 'generated']);
});

it('forgets what is not handed out any more, and never what it must always know', async () => {
  const all = secrets({ withheld: { refs: [], values: ['a-codec-key'] } });
  for (const value of ['first', 'second', 'third', 'fourth']) {
    await writeFile(join(directory, 'rotated'), value);
    await all.resolve('file:rotated', 'role-password');
  }
  all.remember('met-once');
  all.remember('met-again');
  for (let n = 0; n < 5_000; n += 1) {
    all.remember(`password-${n}`);
    all.remember('met-again');
  }
  const known = all.known();
  expect(known).toEqual(expect.arrayContaining(['a-codec-key', 'second', 'third', 'fourth', 'met-again']));
  expect(known).toContain('password-4999');
  expect(known.filter((value) => ['first', 'met-once', 'password-0'].includes(value))).toEqual([]);
  expect(known.length).toBeLessThan(2_100);
});

it('follows links, as mounted secrets are', async () => {
  await symlink(join(directory, 'neon'), join(directory, 'linked'));
  expect(await secrets().resolve('file:linked', 'api-key')).toBe('from-the-file');
});

describe('a value for one purpose is not handed out for another', () => {
  const VALUES: Record<string, [value: string, for_: SecretPurpose[]]> = {
    POSTGRES: ['postgres://owner:owner-password@db/shop', ['postgres-url', 'materialize-url']],
    MATERIALIZE: ['postgres://n2m:mzp_0123456789abcdef@mz/materialize', ['materialize-url']],
    WEBHOOK: ['https://hooks.example/token-4711', ['web-url']],
    NEON_KEY: ['napi_0123456789abcdef', ['api-key']],
    APP_PASSWORD: ['mzp_0123456789abcdef', []],
    PRIVATE_KEY: ['-----BEGIN PRIVATE KEY-----\nMIIE', []],
    PASSWORD: ['a-password-4711', ['api-key', 'signing-key', 'role-password']],
  };
  const PURPOSES: SecretPurpose[] = [
    ...(['api-key', 'postgres-url', 'materialize-url'] as const),
    ...(['web-url', 'signing-key', 'role-password'] as const),
  ];
  const typed = createSecrets({
    env: Object.fromEntries(Object.entries(VALUES).map(([name, [value]]) => [`N2M_SECRET_${name}`, value])),
    allow: [],
    directory: null,
  });

  it.each(Object.keys(VALUES).flatMap((name) => PURPOSES.map((purpose) => ({ name, purpose }))))(
    '$name as $purpose',
    async ({ name, purpose }) => {
      const [value, allowed] = VALUES[name] ?? ['', []];
      const answer = await typed.resolve(`env:N2M_SECRET_${name}`, purpose).catch((error: unknown) => error);
      if (allowed.includes(purpose)) return expect(answer).toBe(value);
      expect(answer).toMatchObject({ info: { type: 'SecretNotAllowed', retryable: false } });
      expect(JSON.stringify(answer) + String(answer)).not.toContain(value);
    },
  );
});

describe("the codec's keys", () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const own = (env: Record<string, string>) =>
    secrets({ env, withheld: { refs: ['env:N2M_SECRET_K1', 'file:codec'], values: [key] } });

  it.each<SecretRef>(['env:N2M_SECRET_K1', 'file:codec', 'env:N2M_SECRET_SAME'])(
    '%s is handed out to nobody',
    async (ref) => {
      const asked = own({ N2M_SECRET_K1: key, N2M_SECRET_SAME: `${key}\n` }).resolve(ref, 'role-password');
      await expect(asked).rejects.toMatchObject({ info: { type: 'SecretNotAllowed' } });
    },
  );
});
