import { MockActivityEnvironment } from '@temporalio/testing';
import { Client, type ClientConfig } from 'pg';
import { startPostgres, type PostgresServer } from '../../local/postgres/server';
import type { Deps } from '../../src/activities/support/deps';
import type { SourceSession } from '../../src/activities/support/sessions';
import { endSlotReader } from '../../src/activities/source/slot-reader';
import type { RoleSpec } from '../../src/core/spec/types';
import { connectSource } from '../../src/systems/postgres';
import { createSecrets } from '../../src/systems/secrets';
import type { SqlClient } from '../../src/systems/sql-client';
import { postgresSpec } from '../core/plan/fixtures';
import { until } from '../e2e/support/until';

const SLOT = 'materialize_1';
/** Read by the same role at the same time, as by another pipeline. */
const OTHER = 'materialize_2';
const env = { N2M_SECRET_ROLE_PASSWORD: 'reader' };
const deps = { secrets: createSecrets({ env, allow: [], directory: null }) } as Partial<Deps> as Deps;
const TLS = { mode: 'disable', ca: null } as const;
const OPTIONS = { connectTimeoutMs: 20_000, deadlineMs: 20_000 };

const BY_SQL: RoleSpec = { name: 'reader', via: 'sql' };
const GIVEN: RoleSpec = { name: 'reader', via: 'given', password: 'env:N2M_SECRET_ROLE_PASSWORD' };

describe.each([14, 18] as const)(
  'whoever reads a slot, for a login that may not signal it, on PostgreSQL %i',
  (version) => {
    let server: PostgresServer;
    let admin: Client;
    let owner: SqlClient;
    let session: SourceSession;
    const open: Client[] = [];

    const urlOf = (user: string) => server.superuserUrl.replace(/\/\/[^@]+@/, `//${user}:${user}@`);
    async function connect(url: string, more: ClientConfig = {}): Promise<Client> {
      const one = new Client({ connectionString: url, ...more });
      one.on('error', () => undefined);
      await one.connect();
      open.push(one);
      return one;
    }
    const reader = async (slot = SLOT): Promise<number | undefined> => {
      const text = 'SELECT active_pid AS pid FROM pg_replication_slots WHERE slot_name = $1';
      return (await admin.query<{ pid: number | null }>(text, [slot])).rows[0]?.pid ?? undefined;
    };
    /** As Materialize does, until it is ended. */
    async function read(slot = SLOT): Promise<number> {
      const walsender = await connect(urlOf('reader'), { replication: 'database' } as ClientConfig);
      const options = `proto_version '1', publication_names 'shop'`;
      void walsender.query(`START_REPLICATION SLOT ${slot} LOGICAL 0/0 (${options})`).catch(() => undefined);
      return until(() => reader(slot), `slot ${slot} to be read`);
    }
    async function free(slot: string): Promise<void> {
      await until(async () => ((await reader(slot)) === undefined ? true : undefined), `slot ${slot} to be free`);
    }
    async function stop(pid: number, slot: string): Promise<void> {
      await admin.query('SELECT pg_terminate_backend($1)', [pid]);
      await free(slot);
    }
    const as = (role: RoleSpec): Promise<number | null> =>
      new MockActivityEnvironment().run(() =>
        endSlotReader(deps, postgresSpec({ role, tls: TLS, database: 'postgres' }), session, SLOT),
      );
    const members = async (): Promise<object[]> =>
      (await admin.query<object>(`SELECT * FROM pg_auth_members WHERE roleid = 'reader'::regrole`)).rows;

    beforeAll(async () => {
      server = await startPostgres({ version, settings: { wal_level: 'logical' } });
      admin = await connect(server.superuserUrl);
      await admin.query(
        `CREATE ROLE owner LOGIN ${version >= 16 ? 'CREATEROLE REPLICATION' : ''} PASSWORD 'owner'; CREATE PUBLICATION shop`,
      );
      for (const slot of [SLOT, OTHER])
        await admin.query(`SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
      owner = await connectSource({ url: urlOf('owner'), tls: TLS }, OPTIONS);
      const reachable = { host: server.host, port: server.port };
      const urls = { ownerUrl: urlOf('owner'), replicaUrl: urlOf('owner') };
      const access = { ...urls, reachable, unknownHost: false, branchId: null };
      session = { client: owner, replica: () => Promise.resolve(owner), access, neon: null };
    }, 120_000);
    afterAll(async () => {
      await owner?.close();
      await Promise.all(open.map((one) => one.end().catch(() => undefined)));
      await server?.stop();
    });
    afterEach(async () => void (await admin.query('DROP ROLE reader')));

    const ends = async (role: RoleSpec): Promise<void> => {
      const [before, other, pid] = [await members(), await read(OTHER), await read()];
      expect(await as(role)).toBe(pid);
      await free(SLOT);
      expect(await as(role)).toBeNull();
      expect(await members()).toEqual(before);
      // What reads another slot of the same role is somebody else's business.
      expect(await reader(OTHER)).toBe(other);
      await stop(other, OTHER);
    };

    it('is ended as the role, where its password is given', async () => {
      await admin.query(`CREATE ROLE reader LOGIN REPLICATION PASSWORD 'reader'`);
      await ends(GIVEN);
    });

    if (version >= 16) {
      it('is ended by whoever made the role, whose membership is none afterwards', async () => {
        await owner.query(`CREATE ROLE reader LOGIN REPLICATION PASSWORD 'reader'`);
        await ends(BY_SQL);
        await owner.query('SELECT 1');
      });
    }

    it('goes on where the role is somebody else’s, and the failure says what to give', async () => {
      await admin.query(`CREATE ROLE reader LOGIN REPLICATION PASSWORD 'reader'`);
      const pid = await read();
      await expect(as(BY_SQL)).rejects.toMatchObject({
        info: {
          type: 'PermissionDenied',
          hint: expect.stringContaining('GRANT pg_signal_backend TO "owner"') as string,
        },
      });
      expect(await reader()).toBe(pid);
      await stop(pid, SLOT);
    });
  },
);
