import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { withClient } from '../../../local/postgres/client';
import { grantLogRunning } from '../../../src/core/objects/logical-replication/statements';
import type { Client } from 'pg';
import { until } from './until';
import { has, RUNNING_LOGGED, STANDBY_ENDS } from './versions';
import { REAL_MATERIALIZE, type PipelineFile, type World } from './world';

/** What its standby calls its slot on the primary. */
const SLOT = 'standby';

/** Cases about a pair need versions that can, and servers of their own: elsewhere they are skipped by name, with that. */
export function onPairs(name: string, define: () => void): void {
  if (has(RUNNING_LOGGED) && STANDBY_ENDS && !REAL_MATERIALIZE) describe(name, define);
  else describe.skip(`${name} (needs the stand-in from 26.30 on, and PostgreSQL 16)`, define);
}

/** The streaming standby of a world's Postgres, which gives feedback and has a slot of its own there. */
export class Pair {
  private constructor(
    private readonly world: World,
    readonly standby: PostgresServer,
  ) {}

  static async start(world: World): Promise<Pair> {
    const { postgres } = world.neon;
    await world.upstream((client) => client.query(`SELECT pg_create_physical_replication_slot('${SLOT}')`));
    const settings = { hot_standby_feedback: 'on', primary_slot_name: SLOT };
    const standby = await startPostgres({ standbyOf: postgres, settings });
    return new Pair(world, standby);
  }

  /** What the worker is to know: where the standby is, and its primary. */
  get env(): Record<string, string> {
    const primary = this.world.neon.ownerUrl();
    const { port } = this.world.neon.postgres;
    return {
      N2M_SECRET_PRIMARY_URL: primary,
      N2M_SECRET_POSTGRES_URL: primary.replace(`:${port}/`, `:${this.standby.port}/`),
    };
  }

  /** n2m's login may have the primary log what runs. */
  async mayLogRunning(): Promise<void> {
    await this.world.upstream((client) => client.query(grantLogRunning(this.world.neon.owner)));
  }

  /** The pipeline's database on the standby, as the superuser. */
  onStandby<T>(use: (client: Client) => Promise<T>): Promise<T> {
    const url = this.standby.superuserUrl.replace(/\/[^/?]*(\?|$)/, `/${this.world.neon.database}$1`);
    return withClient(url, use);
  }

  /** Logical slots of the standby, and of the primary. */
  async slots(): Promise<{ standby: string[]; primary: string[] }> {
    const sql = `SELECT slot_name::text AS slot FROM pg_replication_slots WHERE slot_type = 'logical' ORDER BY 1`;
    const read = async (client: Client) => (await client.query<{ slot: string }>(sql)).rows.map((row) => row.slot);
    return { standby: await this.onStandby(read), primary: await this.world.upstream(read) };
  }

  /** Has the standby give no feedback any more, until its slot is lost. */
  async loseTheSlot(): Promise<void> {
    await this.feedback('off');
    // What it asked for last its slot on the primary keeps until it says otherwise.
    await until(async () => {
      const kept = (client: Client) =>
        client.query(`SELECT FROM pg_replication_slots WHERE slot_name = '${SLOT}' AND catalog_xmin IS NOT NULL`);
      return (await this.world.upstream(kept)).rowCount === 0 ? true : undefined;
    }, 'the primary to keep nothing for the standby');
    await until(async () => {
      await this.world.upstream(async (client) => {
        for (const sql of ['CREATE TABLE gone (a int)', 'DROP TABLE gone', 'VACUUM pg_class', 'CHECKPOINT'])
          await client.query(sql);
      });
      const lost = (client: Client) =>
        client.query(`SELECT FROM pg_replication_slots WHERE slot_type = 'logical' AND wal_status = 'lost'`);
      return (await this.onStandby(lost)).rowCount === 1 ? true : undefined;
    }, 'the slot to be lost');
  }

  async feedback(value: 'on' | 'off'): Promise<void> {
    await this.onStandby(async (client) => {
      await client.query(`ALTER SYSTEM SET hot_standby_feedback = ${value}`);
      await client.query('SELECT pg_reload_conf()');
    });
  }

  /** Its source and, where it is told, its primary. */
  static inFile({ source }: PipelineFile, role: unknown, more: object = { primary: 'env:N2M_SECRET_PRIMARY_URL' }) {
    const { database, tables, tls } = source;
    return { kind: 'postgres', url: 'env:N2M_SECRET_POSTGRES_URL', ...more, database, tables, tls, role };
  }

  stop(): Promise<void> {
    return this.standby.stop('immediate');
  }
}
