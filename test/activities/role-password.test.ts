import { Client } from 'pg';
import { startPostgres, type PostgresServer } from '../../local/postgres/server';
import type { Deps } from '../../src/activities/support/deps';
import { newPassword, sendPassword } from '../../src/activities/role/password';
import type { PipelineSpec } from '../../src/core/spec/types';
import { alterRolePassword, createRole } from '../../src/core/objects/role/statements';
import { systemError } from '../../src/systems/errors';
import { connectSource, scramVerifier } from '../../src/systems/postgres';
import { createSecrets } from '../../src/systems/secrets';
import type { SqlClient } from '../../src/systems/sql-client';
import { postgresSpec, spec as neonSpec } from '../core/plan/fixtures';

const deps = { secrets: createSecrets({ env: {}, allow: [], directory: null }) } as Partial<Deps> as Deps;
const POSTGRES: PipelineSpec['source'] = postgresSpec().source;
const VERIFIER = /SCRAM-SHA-256\$4096:[\w+/=]{24}\$[\w+/=]{44}:[\w+/=]{44}/;

describe.each([14, 18] as const)('a password that n2m makes, on PostgreSQL %i', (version) => {
  let server: PostgresServer;
  let admin: Client;
  let client: SqlClient;
  const said: string[] = [];

  beforeAll(async () => {
    const settings = {
      log_statement: 'all',
      shared_preload_libraries: 'pg_stat_statements',
      password_encryption: 'md5',
    };
    server = await startPostgres({ version, settings, log: (line) => void said.push(line) });
    admin = new Client({ connectionString: server.superuserUrl });
    await admin.connect();
    await admin.query(`CREATE EXTENSION pg_stat_statements; CREATE ROLE monitor IN ROLE pg_monitor`);
    const address = { url: server.superuserUrl, tls: { mode: 'disable', ca: null } as const };
    client = await connectSource(address, { connectTimeoutMs: 20_000, deadlineMs: 20_000 });
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await admin?.end();
    await server?.stop();
  });

  async function opens(user: string, password: string): Promise<boolean> {
    const one = new Client({ connectionString: server.superuserUrl.replace(/\/\/[^@]+@/, `//${user}:${password}@`) });
    one.on('error', () => undefined);
    try {
      await one.connect();
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === '28P01') return false;
      throw error;
    } finally {
      await one.end();
    }
  }

  it('opens the database, and is in no log, statistics or activity that others can read', async () => {
    const [first, second] = [newPassword(), newPassword()];
    const to = { client, source: POSTGRES };
    await sendPassword(deps, to, first, (secret) => createRole('mz', secret));
    expect(await opens('mz', first)).toBe(true);
    await sendPassword(deps, to, second, (secret) => alterRolePassword('mz', secret));
    expect({ first: await opens('mz', first), second: await opens('mz', second) }).toEqual({
      first: false,
      second: true,
    });

    await admin.query('SET ROLE monitor');
    const statements = (await admin.query<{ query: string }>('SELECT query FROM pg_stat_statements')).rows;
    const activity = (
      await admin.query<{ query: string }>(`SELECT query FROM pg_stat_activity WHERE application_name = 'n2m'`)
    ).rows;
    await admin.query('RESET ROLE');
    expect(activity).toEqual([{ query: 'SELECT 1' }]);
    const everywhere = JSON.stringify([said, statements, activity]);
    expect(everywhere).toMatch(/ALTER ROLE/);
    for (const password of [first, second]) expect(everywhere).not.toContain(password);
    expect(said.filter((line) => /PASSWORD '/.test(line)).every((line) => VERIFIER.test(line))).toBe(true);
  });

  it('is stored as the server itself would store it', async () => {
    const password = newPassword();
    await admin.query(`SET password_encryption = 'scram-sha-256'; CREATE ROLE twin PASSWORD '${password}'`);
    const { rows } = await admin.query<{ kept: string }>(
      `SELECT rolpassword AS kept FROM pg_authid WHERE rolname = 'twin'`,
    );
    const kept = rows[0]?.kept ?? '';
    const salt = Buffer.from(/:([^$]+)\$/.exec(kept)?.[1] ?? '', 'base64');
    expect(await scramVerifier(password, salt)).toBe(kept);
  });
});

describe('a server that takes no verifier', () => {
  const password = newPassword();
  /** Sends as the sources' kind says, to a server that answers a verifier with that message. */
  async function sent(source: PipelineSpec['source'], refusal: string): Promise<string[]> {
    const statements: string[] = [];
    const client = {
      query: (sql: string) => {
        statements.push(sql);
        return VERIFIER.test(sql) ? Promise.reject(systemError('Unexpected', 'source', refusal)) : Promise.resolve([]);
      },
    } as unknown as SqlClient;
    await sendPassword(deps, { client, source }, password, (secret) => alterRolePassword('mz', secret));
    return statements;
  }
  const clear = `ALTER ROLE "mz" PASSWORD '${password}'`;

  it('is Neon, which is sent none; another that says so gets the clear text, and no other refusal does that', async () => {
    expect(await sent(neonSpec.source, '')).toEqual([clear, 'SELECT 1']);
    const neon = 'Received HTTP code 400 from control plane: "Neon only supports being given plaintext passwords."';
    for (const refusal of [neon, 'password type is not a plain text']) {
      expect(await sent(POSTGRES, refusal)).toEqual([expect.stringMatching(VERIFIER), clear, 'SELECT 1']);
    }
    await expect(sent(POSTGRES, 'permission denied to create role')).rejects.toThrow('permission denied');
  });

  it('of a password that SASLprep would change there is no verifier', async () => {
    await expect(scramVerifier('ﬁnd me')).rejects.toThrow('ASCII');
  });
});
