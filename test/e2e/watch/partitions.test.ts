import { Client } from 'pg';
import { digest } from '../support/compare';
import { changes, ended, planned } from '../support/live';
import { until } from '../support/until';
import { Watched } from './watched';

jest.setTimeout(600_000);

const MONTHS = Array.from({ length: 14 }, (_, at) => `2025-${String(at + 1).padStart(2, '0')}`).map((month) => {
  const [, number = 1] = month.split('-').map(Number);
  return number <= 12 ? month : `2026-${String(number - 12).padStart(2, '0')}`;
});
/** So many months are kept, the newest of them without rows yet. */
const KEPT = 3;
const partition = (month: string): string => `readings_${month.replace('-', '_')}`;
const after = (at: number): string => MONTHS[at + 1] ?? '2026-03';

/** As a job does it: empty, logging whole rows, in one transaction. */
const create = (at: number): string => {
  const name = partition(MONTHS[at] ?? '');
  return `BEGIN; CREATE TABLE ${name} PARTITION OF readings FOR VALUES FROM ('${MONTHS[at]}-01') TO ('${after(at)}-01');
          ALTER TABLE ${name} REPLICA IDENTITY FULL; COMMIT`;
};

let watched: Watched;
beforeAll(async () => {
  watched = await Watched.start({ neon: { logicalReplication: true } });
});
afterAll(() => watched?.stop());

/** As the owner of the database, whose tables these are. */
const owner = (sql: string) =>
  watched.world.upstream((client) => client.query(`SET ROLE ${watched.world.neon.owner}; ${sql}; RESET ROLE`));

const COLUMNS = ['sensor', 'taken', 'value'];
async function equal(): Promise<void> {
  const { world } = watched;
  await until(async () => {
    const upstream = await world.upstream((client) => digest(client, 'public', 'readings', COLUMNS));
    const target = await world.target(async (client) => {
      await client.query(`SET cluster = "ingest_${world.name}"`);
      return digest(client, world.name, 'readings', COLUMNS);
    });
    expect(target).toEqual(upstream);
    return true;
  }, 'both sides to agree');
}

/** Inserts, updates and deletes in the newest months, one statement after the other. */
class Writing {
  statements = 0;
  readonly failures: string[] = [];
  month = MONTHS[1] ?? '';
  private stopping = false;
  private readonly over: Promise<void>;
  constructor(private readonly url: string) {
    this.over = this.write();
  }

  private async write(): Promise<void> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    for (let turn = 0; !this.stopping; turn += 1) {
      const day = `'${this.month}-${String((turn % 27) + 1).padStart(2, '0')}'`;
      const texts = [
        `INSERT INTO readings SELECT n, ${day}, 'at ${turn}' FROM generate_series(1, 5) n ON CONFLICT DO NOTHING`,
        `UPDATE readings SET value = 'again ${turn}' WHERE taken = ${day} AND sensor <= 3`,
        `DELETE FROM readings WHERE taken = ${day} AND sensor = 5`,
      ];
      for (const text of texts) {
        await client.query(text).catch((error: Error) => this.failures.push(error.message));
        this.statements += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await client.end();
  }

  /** Every statement once more. */
  async round(): Promise<void> {
    const wanted = this.statements + 9;
    await until(() => Promise.resolve(this.statements >= wanted ? true : undefined), 'the writer');
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.over;
  }
}

const clean = async (what: string): Promise<void> => {
  const { verdict } = await watched.check();
  expect({ what, symptoms: verdict.symptoms }).toEqual({ what, symptoms: [] });
};

it('replicates a partitioned table as one: a year of months that come and go, no alarm, no hand', async () => {
  const { world } = watched;
  await owner(
    `CREATE TABLE readings (sensor int, taken date, value text, PRIMARY KEY (sensor, taken)) PARTITION BY RANGE (taken)`,
  );
  for (const at of [0, 1, 2]) await owner(create(at));
  await owner(`INSERT INTO readings SELECT n, d, 'first' FROM generate_series(1, 20) n,
               generate_series('2025-01-01'::date, '2025-02-20', '1 day') d`);
  // One that the application made as most do.
  await owner(`ALTER TABLE ${partition('2025-02')} REPLICA IDENTITY DEFAULT`);
  await watched.apply(({ source }) => source.tables?.push('public.readings'));
  await equal();
  const plan = await planned(world, watched.file);
  expect(changes(plan)).toEqual([]);
  expect(plan.findings.find(({ code }) => code === 'partition-changes')).toMatchObject({ severity: 'info' });
  await clean('set up');

  const told = watched.receiver.alerts.length;
  const writing = new Writing(world.upstreamUrl());
  try {
    for (let at = KEPT; at < MONTHS.length; at += 1) {
      await owner(create(at));
      writing.month = MONTHS[at - 1] ?? '';
      await writing.round();
      const old = partition(MONTHS[at - KEPT] ?? '');
      await owner(`DELETE FROM ${old}`);
      await owner(`DROP TABLE ${old}`);
      await clean(`${MONTHS[at]} came`);
    }
  } finally {
    await writing.stop();
  }
  expect(writing.failures).toEqual([]);
  await equal();
  await clean('the year is over');
  expect(watched.receiver.alerts.slice(told)).toEqual([]);
  const { rows } = await world.upstream((client) =>
    client.query(`SELECT relid::text FROM pg_partition_tree('readings') WHERE isleaf ORDER BY 1`),
  );
  expect(rows.map(({ relid }: { relid: string }) => relid)).toEqual(MONTHS.slice(-KEPT).map(partition));
  expect(
    JSON.parse(await ended(world, ['verify', world.name, '--table', 'public.readings', '--output', 'json'])),
  ).toMatchObject({ verdict: 'equal', differing: 0 });
});

it('tells a partition that logs no whole rows, and apply mends it before anything is lost', async () => {
  await owner(`CREATE TABLE readings_late PARTITION OF readings FOR VALUES FROM ('2027-01-01') TO ('2027-02-01')`);
  const empty = await watched.check();
  expect(empty.verdict).toMatchObject({
    severity: 'warn',
    next: 'ALTER TABLE "public"."readings_late" REPLICA IDENTITY FULL;',
  });
  await owner(`INSERT INTO readings VALUES (1, '2027-01-05', 'in a weak one')`);
  const filled = await watched.check();
  expect(filled.verdict).toMatchObject({ name: 'broken', severity: 'critical' });
  expect(filled.verdict.cause).toContain('partition public.readings_late of public.readings');
  expect((await planned(watched.world, watched.file)).findings).toContainEqual(
    expect.objectContaining({ code: 'replica-identity', severity: 'warning' }),
  );
  await ended(watched.world, ['apply', watched.file, '--yes']);
  await owner(`UPDATE readings SET value = 'updated' WHERE taken = '2027-01-05'`);
  await equal();
  await clean('mended');
  await owner(`DELETE FROM readings WHERE taken = '2027-01-05'`);
  const { rows } = await watched.upstream(
    `SELECT obj_description(oid, 'pg_publication') AS record FROM pg_publication`,
  );
  const records = rows.map(({ record }: { record: string }) => record).join();
  // What a destroy can give back, and no more: the partition that was made weak in the first test is gone.
  expect(records).toContain('readings_late');
  expect(records).not.toContain(partition('2025-02'));
});

/** Checks until one finds it, and no more of them than a person would wait for. */
async function foundWithin(most: number): Promise<string> {
  for (let checks = 1; ; checks += 1) {
    const { verdict } = await watched.check();
    const symptom = verdict.symptoms.find(({ rule }) => rule === 'table-partitions');
    if (!symptom && checks < most) continue;
    expect({ checks, symptom }).toMatchObject({ symptom: { severity: 'critical', table: 'public.readings' } });
    expect(verdict).toMatchObject({ name: 'broken', next: `n2m repair ${watched.world.name}` });
    return symptom?.cause ?? '';
  }
}

const verified = async () => {
  const { code, stdout } = await watched.world.n2m([
    'verify',
    watched.world.name,
    '--table',
    'public.readings',
    '--output',
    'json',
  ]);
  return { code, verdict: (JSON.parse(stdout) as { verdict: string }).verdict };
};

const filled = (name: string, month: string, next: string): string =>
  `CREATE TABLE ${name} PARTITION OF readings FOR VALUES FROM ('${month}-01') TO ('${next}-01');
   ALTER TABLE ${name} REPLICA IDENTITY FULL; INSERT INTO readings SELECT n, '${month}-05', 'kept' FROM generate_series(1, 50) n`;

describe('what partitions do with rows, of which Postgres sends nothing, is told, and mended by the repair', () => {
  for (const [what, before, change, cause] of [
    [
      'dropped',
      filled('readings_d', '2027-02', '2027-03'),
      'DROP TABLE readings_d',
      /^Materialize has rows of public\.readings that belong to no partition any more/,
    ],
    [
      'truncated',
      filled('readings_t', '2027-04', '2027-05'),
      'TRUNCATE readings_t',
      /^Materialize has rows of public\.readings that belong to no partition any more/,
    ],
    [
      'attached',
      `CREATE TABLE readings_a (LIKE readings INCLUDING ALL); ALTER TABLE readings_a REPLICA IDENTITY FULL;
       INSERT INTO readings_a SELECT n, '2027-06-05', 'from before' FROM generate_series(1, 50) n`,
      `ALTER TABLE readings ATTACH PARTITION readings_a FOR VALUES FROM ('2027-06-01') TO ('2027-07-01')`,
      /^partition public\.readings_a came to public\.readings with rows, which were never sent/,
    ],
  ] as const) {
    it(`${what} with rows`, async () => {
      await owner(before);
      await equal();
      for (let checks = 0; checks < 4; checks += 1) await clean(`before one is ${what}`);
      await owner(change);
      expect(await foundWithin(20)).toMatch(cause);
      expect(await verified()).toEqual({ code: 3, verdict: 'differs' });
      // It ends with attention: what was compared before it differs until it is compared again.
      const { code, stderr } = await watched.world.n2m(['repair', watched.world.name, '--yes']);
      expect({ code, stderr: code === 3 ? '' : stderr }).toEqual({ code: 3, stderr: '' });
      await equal();
      expect(await verified()).toEqual({ code: 0, verdict: 'equal' });
      for (let checks = 0; checks < 4; checks += 1) await clean(`after one was ${what}`);
    });
  }
});
