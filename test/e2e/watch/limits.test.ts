import type { Plan } from '../../../src/core/plan/types';
import type { CheckResult } from '../../../src/core/watch/types';
import { until } from '../support/until';
import { has, HOSTILE, IDLE_SLOTS, itSince, SQL_ROLE, TRANSACTION_LIMITS } from '../support/versions';
import { Watched } from './watched';

jest.setTimeout(300_000);

let watched: Watched;
beforeAll(async () => {
  watched = await Watched.start();
});
afterAll(() => watched?.stop());

const factor = (count: 0 | 1) =>
  watched.world.target((client) =>
    client.query(`ALTER CLUSTER ingest_${watched.world.name} SET (REPLICATION FACTOR ${count})`),
  );

const symptom = ({ verdict }: CheckResult, rule: string) => verdict.symptoms.find((one) => one.rule === rule);

async function planned(): Promise<{ code: number; plan: Plan }> {
  const { code, stdout } = await watched.world.n2m(['plan', watched.file, '--output', 'json']);
  return { code, plan: JSON.parse(stdout) as Plan };
}

describe('what the server ends by the clock', () => {
  itSince(
    TRANSACTION_LIMITS,
    'timeouts of the role and of its database: named by a plan, lifted by apply',
    async () => {
      const role = `mz_${watched.world.name}`;
      const { database } = watched.world.neon;
      await watched.upstream(`ALTER ROLE "${role}" SET transaction_timeout = '10ms'`);
      await watched.upstream(`ALTER DATABASE "${database}" SET statement_timeout = '2min'`);
      const before = await planned();
      expect(before.code).toBe(3);
      if (has(SQL_ROLE)) {
        // Under hostile defaults the role was made without a statement_timeout.
        const changes = HOSTILE ? ['transaction_timeout: 0'] : ['transaction_timeout: 0', 'statement_timeout: 0'];
        expect(before.plan.steps.find(({ id }) => id === 'role')?.changes).toEqual(changes);
        await watched.apply(({ source }) => {
          source.tables?.push('public.products');
          source.textColumns = ['public.products.state'];
        });
      }
      const after = await planned();
      expect(after.plan.findings.filter(({ code }) => code.endsWith('-timeout'))).toEqual([]);
      expect(after.plan.steps.find(({ id }) => id === 'role')?.action).toBe('keep');
      const { rows } = await watched.upstream(`SELECT rolconfig FROM pg_roles WHERE rolname = '${role}'`);
      expect(rows[0]).toEqual({
        rolconfig: expect.arrayContaining(['transaction_timeout=0', 'statement_timeout=0']) as unknown,
      });
    },
  );

  itSince(IDLE_SLOTS, 'an idle slot: counted down with its time, then lost for that reason, and repaired', async () => {
    const SECONDS = 30;
    await watched.upstream(`ALTER SYSTEM SET idle_replication_slot_timeout = '${SECONDS}s'`);
    await watched.upstream('SELECT pg_reload_conf()');
    await factor(0);
    const counted = await until(async () => symptom(await watched.check(), 'slot-idle-timeout'), 'the countdown');
    const { rows } = await watched.upstream(
      `SELECT slot_name, to_char((inactive_since + interval '${SECONDS} s') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ends
       FROM pg_replication_slots WHERE slot_name LIKE 'materialize_%'`,
    );
    const [slot] = rows as [{ slot_name: string; ends: string }];
    expect(counted.cause).toMatch(
      new RegExp(
        `^slot ${slot.slot_name} has no consumer for .*: the server invalidates it at ${slot.ends}, .* from now`,
      ),
    );
    expect(counted.next).toBe(`n2m apply brings cluster ingest_${watched.world.name} back`);
    expect((await watched.status()).status.symptoms.map(({ rule }) => rule)).toContain('slot-idle-timeout');
    await until(async () => {
      await watched.upstream('CHECKPOINT');
      const { rowCount } = await watched.upstream(
        `SELECT FROM pg_replication_slots WHERE slot_name = '${slot.slot_name}' AND wal_status = 'lost'`,
      );
      return rowCount === 1 ? true : undefined;
    }, 'the slot to be lost');
    const lost = await watched.found('slot-lost', 'terminal');
    expect(lost.verdict.cause).toContain('(idle_timeout)');
    await watched.upstream('ALTER SYSTEM RESET idle_replication_slot_timeout');
    await watched.upstream('SELECT pg_reload_conf()');
    await factor(1);
    await watched.repaired();
  });
});
