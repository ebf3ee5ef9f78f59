import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { METRICS } from '../../../src/activities/support/metrics';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import { freePort } from '../../../local/postgres/free-port';
import { read } from '../../docs/pages';
import { until } from '../support/until';
import { expectRecovery, gist, Watched } from './watched';
import { MATERIALIZE_VERSION } from '../support/versions';
import { onStandIn } from '../support/world';

jest.setTimeout(240_000);

/** What the stand-in for Materialize needs to come back as it was. */
const PACE = { speed: 20, statisticsInterval: 500, schemaValidationInterval: 500, restartDelay: 200 };

let dir: string;
let materialize: MaterializeServer;
let metrics: string;
let watched: Watched;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'n2m-watch-'));
  // Where tests run as root, Postgres runs as another account, which has to get through.
  await chmod(dir, 0o711);
  materialize = await startMaterialize({ ...PACE, version: MATERIALIZE_VERSION, dir });
  metrics = `127.0.0.1:${await freePort()}`;
  const options = { sharedMaterialize: materialize, env: { N2M_METRICS_ADDRESS: metrics } };
  watched = await Watched.start(options, (file) => {
    file.watch = { ...(file.watch as object), notRunning: { warn: '1ms', critical: '1h' } };
  });
});
afterAll(async () => {
  await watched?.stop();
  await materialize?.stop();
  await rm(dir, { recursive: true, force: true });
});

const target = (sql: string) => watched.world.target((client) => client.query(sql));
const cluster = () => `ingest_${watched.world.name}`;

/** Told once a run waits or fails, or a copy was compared. */
const UNTOLD = ['n2m_run_alerts', 'n2m_verify_differing_rows', 'n2m_verify_timestamp_seconds'];

describe('outages, each caused for real, and their end', () => {
  it('tells Prometheus what ops/ is fed by', async () => {
    const { verdict } = await watched.check();
    expect(verdict.name).toBe('healthy');
    const text = await (await fetch(`http://${metrics}/metrics`)).text();
    const series = new Set(text.split('\n').flatMap((line) => /^(n2m_\w+)\{/.exec(line)?.[1] ?? []));
    // The first copy's figures are there because the run has copied in this worker.
    const used = ['ops/prometheus-alerts.yaml', 'ops/grafana-dashboard.json'].flatMap(
      (file) => read(file).match(/\bn2m_\w+/g) ?? [],
    );
    expect(used.length).toBeGreaterThan(10);
    const stem = (name: string): string => name.replace(/_(total|bucket|sum|count)$/, '');
    expect([...new Set(used)].filter((name) => !series.has(name) && !UNTOLD.includes(stem(name)))).toEqual([]);
    expect([...new Set([...series].map(stem))].sort()).toEqual(
      Object.keys(METRICS)
        .filter((name) => !UNTOLD.includes(name))
        .sort(),
    );
    expect(text).toMatch(
      new RegExp(`n2m_verdict\\{[^}]*pipeline="${watched.world.name}"[^}]*verdict="healthy"[^}]*\\} 1\\b`),
    );
    expect(text).toMatch(/n2m_slot_active\{[^}]*\} 1\b/);
  });

  it('consumer stopped while writes go on, and the webhook down at that very moment', async () => {
    watched.receiver.down = true;
    await target(`ALTER CLUSTER ${cluster()} SET (REPLICATION FACTOR 0)`);
    await until(async () => ((await watched.statuses())[watched.source] !== 'running' ? true : undefined), 'a pause');
    await watched.write();
    const { result, told } = await watched.twoChecks();
    expect(result.verdict).toMatchObject({ name: 'broken', severity: 'warn' });
    expect(result.verdict.cause).toMatch(/is paused for .*: cluster .* has replication factor 0/);
    expect(result.verdict.next).toMatch(/ALTER CLUSTER .* SET \(REPLICATION FACTOR = 1\);$/);
    expect({ told, failed: result.alertsFailed }).toEqual({ told: [], failed: 1 });
    expect(watched.receiver.refused).toBeGreaterThan(0);
    const { code, status } = await watched.status();
    expect({ code, verdict: status.verdict, next: status.next }).toEqual({
      code: 3,
      verdict: 'broken',
      next: result.verdict.next,
    });
    watched.receiver.down = false;
    const late = await watched.twoChecks();
    expect(late.told.map(gist)).toEqual([{ kind: 'raised', severity: 'warn', rules: ['not-running'] }]);
    await target(`ALTER CLUSTER ${cluster()} SET (REPLICATION FACTOR 1)`);
    await watched.untilStatus(watched.source, 'running');
    await expectRecovery(watched);
  });

  onStandIn('a way to stop it').it('Postgres stopped, then Materialize, too; both back: one recovery', async () => {
    const from = watched.receiver.alerts.length;
    await watched.world.neon.postgres.halt();
    const first = await watched.check();
    expect(first.verdict).toMatchObject({ name: expect.not.stringMatching('healthy') as string });
    const second = await watched.check();
    expect(second.verdict.name).toMatch(/^(unknown|broken)$/);
    expect(second.verdict.symptoms.map(({ rule }) => rule)).toContain('source-unreachable');
    const looked = await watched.status();
    expect(looked.code).toBe(3);
    expect(looked.status.verdict).toBe(second.verdict.name);
    expect(looked.status.source).toMatchObject({ reachable: false, failure: { type: 'Unreachable' } });

    const { port } = materialize;
    await materialize.stop();
    const blind = await watched.twoChecks();
    expect(blind.result.verdict.symptoms.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['source-unreachable', 'materialize-unreachable']),
    );
    expect(blind.result.verdict).toMatchObject({ name: 'unknown' });
    const dark = await watched.status();
    expect({ code: dark.code, verdict: dark.status.verdict }).toEqual({ code: 3, verdict: 'unknown' });
    expect(dark.status).toMatchObject({ source: { reachable: false }, target: { reachable: false } });
    const told = watched.receiver.alerts.slice(from);
    expect(told.filter(({ kind }) => kind === 'recovered')).toEqual([]);
    expect(told.flatMap(({ symptoms }) => symptoms.map(({ rule }) => rule))).toEqual(
      expect.arrayContaining(['source-unreachable', 'materialize-unreachable']),
    );

    await watched.world.neon.postgres.start();
    materialize = await startMaterialize({ ...PACE, version: MATERIALIZE_VERSION, dir, port });
    await watched.untilStatus(watched.source, 'running');
    // On a busy machine the tables take a while to catch up, which would be another alert.
    await until(async () => {
      const { tables } = (await watched.status()).status;
      return tables.every(({ freshnessMs }) => freshnessMs !== null && freshnessMs < 3_000) ? true : undefined;
    }, 'the tables to catch up');
    await expectRecovery(watched);
  });

  it('schedule deleted: status and list say that nobody watches', async () => {
    await watched.schedule.delete();
    const { code, status } = await watched.status();
    expect({ code, verdict: status.verdict }).toEqual({ code: 3, verdict: 'unknown' });
    expect(status.cause).toContain('nobody watches');
    const listed = await until(async () => {
      const found = await watched.listed();
      return found?.cause?.includes('nobody watches') ? found : undefined;
    }, 'the list to know');
    expect(listed).toMatchObject({ verdict: 'unknown', every: null });
  });

  it('every body was signed with the key of the file', () => {
    expect(watched.receiver.forged).toEqual([]);
  });
});
