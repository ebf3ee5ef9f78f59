import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../../src/activities';
import type { StepInput } from '../../../src/activities/types';
import type { PipelineSpec } from '../../../src/core/spec/types';
import type { Attacked } from './started';

const KEY = Buffer.alloc(32, 7).toString('base64');
const API_KEY = 'napi_0123456789abcdefghijklmnop';

const given = (reference: string): string => `  role: { name: mz, via: given, password: ${reference} }`;

const step = (spec: PipelineSpec): StepInput => ({
  spec,
  tables: [],
  removed: [],
  syntax: 'subsources',
  planned: 'create',
});

/** Tries to carry a secret of the worker somewhere with nothing but a file. */
export function secretTries(world: () => Attacked) {
  /** Neither Materialize nor anybody else has heard of it. */
  const untold = async (value: string): Promise<void> => {
    expect(await world().secretsInMaterialize()).toBe(0);
    expect(world().elsewhere.heard.join('')).not.toContain(value);
  };

  async function storing(reference: string, value: string, as: Record<string, unknown>): Promise<void> {
    const attacked = world();
    Object.assign(attacked.env, { N2M_SECRET_ANY: value });
    const spec = attacked.spec({ source: given(reference) });
    const withheld = { refs: ['env:N2M_SECRET_K1'], values: [KEY] };
    const deps = attacked.deps(attacked.secrets({ withheld }));
    const refused = await attacked.refusal('ensureSecret', step(spec), deps);
    expect(refused).toMatchObject({ ...as, retryable: false });
    expect(refused.hint).toMatch(/\w/);
    expect(JSON.stringify(refused)).not.toContain(value);
    await untold(value);
  }

  return {
    'reachableAt names a server of the attacker': async () => {
      const attacked = world();
      await role(attacked, 'mz', 'mz-password-4711');
      attacked.env.N2M_SECRET_ANY = 'mz-password-4711';
      const { port } = attacked.elsewhere;
      const reachable = `  reachableAt: { host: localhost, port: ${port} }`;
      const spec = attacked.spec({ source: `${given('env:N2M_SECRET_ANY')}\n${reachable}` });
      const plan = await attacked.call('makePlan', { spec });
      expect(plan.findings.filter(({ severity }) => severity === 'blocking').map(({ code }) => code)).toEqual([
        'unknown-host',
      ]);
      for (const name of ['ensureSecret', 'ensureConnection', 'rotatePassword'] as const) {
        expect(await attacked.refusal(name, step(spec))).toMatchObject({
          type: 'SecretNotAllowed',
          hint: expect.stringContaining(`add localhost:${port} to N2M_REACHABLE_ALLOW`) as string,
        });
      }
      await untold('mz-password');
      // The one who runs the worker may allow it.
      const allowed = attacked.deps(attacked.secrets(), [`localhost:${port}`]);
      expect((await attacked.call('makePlan', { spec }, allowed)).findings.map(({ code }) => code)).not.toContain(
        'unknown-host',
      );
    },

    "the worker's Neon API key as the password of a given role": () =>
      storing('env:N2M_SECRET_ANY', API_KEY, { type: 'SecretNotAllowed' }),

    'the connection URL of the owner as the password of a given role': () =>
      storing('env:N2M_SECRET_POSTGRES_URL', world().env.N2M_SECRET_POSTGRES_URL ?? '', { type: 'SecretNotAllowed' }),

    'a key of the codec as the password of a given role': () =>
      storing('env:N2M_SECRET_K1', KEY, { type: 'SecretNotAllowed' }),

    'a key of the codec under another name': () => storing('env:N2M_SECRET_ANY', KEY, { type: 'SecretNotAllowed' }),

    'any other value of the worker as the password of a given role': async () => {
      await role(world(), 'mz', 'mz-password-4711');
      await storing('env:N2M_SECRET_ANY', 'a-secret-of-another-kind', {
        type: 'AuthenticationFailed',
        hint: expect.stringContaining('source.role.password') as string,
      });
    },

    'any value where the server asks for no password': async () => {
      const attacked = world();
      const rules = join(attacked.postgres.dataDir, 'pg_hba.conf');
      const before = await readFile(rules, 'utf8');
      await role(attacked, 'mz', 'mz-password-4711');
      const reload = async (text: string) => {
        await writeFile(rules, text);
        await attacked.upstream(['SELECT pg_reload_conf()']);
      };
      await reload(`host all mz 127.0.0.1/32 trust\n${before}`);
      await storing('env:N2M_SECRET_ANY', 'a-secret-of-another-kind', { type: 'PreconditionFailed' });
      // A rotation waits for another password to be refused before it stores this one.
      await attacked.target(['CREATE SCHEMA shop']);
      const environment = new MockActivityEnvironment();
      const waits = new Promise((resolve) => environment.once('heartbeat', resolve));
      const { rotatePassword } = createActivities(attacked.deps());
      const spec = attacked.spec({ source: given('env:N2M_SECRET_ANY') });
      const rotation = environment.run(rotatePassword, { spec });
      expect(await Promise.race([waits, rotation])).toEqual({ waitingFor: 'the login of mz to be refused' });
      await untold('a-secret-of-another-kind');
      await attacked.target(['DROP SCHEMA shop']);
      await reload(before);
      await expect(rotation).rejects.toThrow(/shop/);
    },

    'each kind of secret in the place of each other kind': async () => {
      const attacked = world();
      Object.assign(attacked.env, { N2M_SECRET_KEY: API_KEY, N2M_SECRET_HOOK: 'https://hooks.example/4711' });
      const spec = attacked.spec({
        source: given('env:N2M_SECRET_HOOK'),
        more: [
          'watch: { pingUrl: env:N2M_SECRET_POSTGRES_URL }',
          'alerts:',
          '  - { webhook: env:N2M_SECRET_MATERIALIZE_URL, signingKey: env:N2M_SECRET_KEY }',
          '  - { slack: env:N2M_SECRET_KEY }',
        ].join('\n'),
      });
      const { references } = await attacked.examine(spec);
      expect(references.map(({ path, failure }) => [path, failure?.type ?? null])).toEqual([
        ['source.url', null],
        ['source.role.password', 'SecretNotAllowed'],
        ['materialize.url', null],
        ['watch.pingUrl', 'SecretNotAllowed'],
        ['alerts[0].webhook', 'SecretNotAllowed'],
        ['alerts[0].signingKey', 'SecretNotAllowed'],
        ['alerts[1].slack', 'SecretNotAllowed'],
      ]);
    },

    'a rotation through a connection that leads elsewhere': async () => {
      const attacked = world();
      await role(attacked, 'mz', 'mz-password-4711');
      attacked.env.N2M_SECRET_ANY = 'mz-password-4711';
      const { port } = attacked.elsewhere;
      await attacked.target([
        'CREATE SCHEMA shop',
        `CREATE SECRET shop.shop_password AS 'nothing yet'`,
        `CREATE CONNECTION shop.shop_postgres TO POSTGRES (HOST '127.0.0.1', PORT ${port}, USER 'mz',
           PASSWORD SECRET shop.shop_password, DATABASE 'shop') WITH (VALIDATE = false)`,
      ]);
      const spec = attacked.spec({ source: given('env:N2M_SECRET_ANY') });
      expect(await attacked.refusal('rotatePassword', { spec })).toMatchObject({
        type: 'Conflict',
        message: expect.stringContaining('leads elsewhere than the file') as string,
      });
      expect(attacked.elsewhere.heard).toEqual([]);
      await attacked.target(['DROP SCHEMA shop CASCADE']);
    },
  };
}

/** A role that may replicate, made anew. */
async function role(attacked: Attacked, name: string, password: string): Promise<void> {
  await attacked.upstream([
    `DROP ROLE IF EXISTS ${name}`,
    `CREATE ROLE ${name} LOGIN REPLICATION PASSWORD '${password}'`,
  ]);
}
