import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { WORKER_VARIABLES } from '../../scripts/docs/environment';
import { METRICS } from '../../src/activities/support/metrics';
import { parseConfig } from '../../src/config';
import { isAllowed } from '../../src/core/ip';
import { at, named } from './documents';
import { read, ROOT } from './pages';

const ANALYZE = '/usr/bin/systemd-analyze';

/** YAML 1.1, as kubectl reads it: there 0440 is octal. */
const documents = ['common.yaml', 'worker.yaml'].flatMap((file) =>
  parseAllDocuments(read(`ops/kubernetes/${file}`), { version: '1.1' }).map((document) => document.toJS() as unknown),
);
function only(kind: string): unknown {
  const found = documents.filter((document) => at(document, 'kind') === kind);
  expect(found).toHaveLength(1);
  return found[0];
}

/** What the worker does after SIGTERM takes the grace and 20 s more. */
const longestStop = (seconds: number): number => seconds + 20;

describe('ops/kubernetes', () => {
  const pod = at(only('Deployment'), 'spec', 'template', 'spec');
  const container = at(pod, 'containers', 0);
  const settings = at(only('ConfigMap'), 'data') as Record<string, string>;

  it('sets only what the worker reads, to what it takes', () => {
    const known = WORKER_VARIABLES.map(([name]) => name);
    expect(Object.keys(settings).filter((name) => !name.startsWith('TEMPORAL_') && !known.includes(name))).toEqual([]);
    expect(() => parseConfig(settings)).not.toThrow();
  });

  it('asks the addresses that the worker serves', () => {
    const { healthAddress, metricsAddress } = parseConfig(settings);
    const port = (name: string) => String(at(named(at(container, 'ports'), name), 'containerPort'));
    expect(healthAddress).toBe(`0.0.0.0:${port('health')}`);
    expect(metricsAddress).toBe(`0.0.0.0:${port('metrics')}`);
    const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => at(container, probe, 'httpGet'));
    expect(probes.map((probe) => at(probe, 'port'))).toEqual(['health', 'health', 'health']);
    const paths = probes.map((probe) => String(at(probe, 'path')));
    expect(paths).toEqual(['/healthz', '/healthz', '/readyz']);
    for (const path of paths) expect(read('src/health.ts')).toContain(`'${path}'`);
  });

  it('mounts the secrets where the worker looks for them, for nobody else to read', () => {
    const mount = named(at(container, 'volumeMounts'), 'secrets');
    expect(mount).toMatchObject({ mountPath: parseConfig(settings).secrets.directory, readOnly: true });
    expect(at(named(at(pod, 'volumes'), 'secrets'), 'secret', 'defaultMode')).toBe(0o440);
  });

  it('runs without privileges and leaves time to stop', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      // The user of the image, whom runAsNonRoot alone would not name.
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(at(container, 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const grace = parseConfig(settings).shutdownGraceMs / 1000;
    expect(Number(at(pod, 'terminationGracePeriodSeconds'))).toBeGreaterThan(longestStop(grace));
  });

  it('has every selector choose the pods of the Deployment', () => {
    const labels = at(only('Deployment'), 'spec', 'template', 'metadata', 'labels') as Record<string, string>;
    expect(at(only('Deployment'), 'spec', 'selector', 'matchLabels')).toEqual(labels);
    // Those of every build.
    const { 'app.kubernetes.io/version': build, ...all } = labels;
    expect(Object.keys(all)).toHaveLength(1);
    expect(at(only('PodDisruptionBudget'), 'spec', 'selector', 'matchLabels')).toEqual(all);
    expect(at(only('NetworkPolicy'), 'spec', 'podSelector', 'matchLabels')).toEqual(all);
    expect(named(at(container, 'env'), 'N2M_BUILD_ID')).toEqual({ name: 'N2M_BUILD_ID', value: build });
    expect(String(at(only('Deployment'), 'metadata', 'name'))).toBe(`n2m-worker-${build?.replaceAll('.', '-')}`);
    expect(at(container, 'image')).toBe(`n2m-worker:${build}`);
    const gone = Number(at(only('PodDisruptionBudget'), 'spec', 'maxUnavailable'));
    expect(Number(at(only('Deployment'), 'spec', 'replicas'))).toBeGreaterThan(gone);
  });
});

describe('the NetworkPolicy of ops/kubernetes/common.yaml', () => {
  const policy = at(only('NetworkPolicy'), 'spec');
  const settings = at(only('ConfigMap'), 'data') as Record<string, string>;
  type Rule = { from?: unknown[]; to?: unknown[]; ports: { protocol: string; port: number | string }[] };
  const rules = (direction: 'ingress' | 'egress'): Rule[] => at(policy, direction) as Rule[];
  const inNamespace = (peer: unknown): unknown =>
    at(peer, 'namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name');
  const blocks = rules('egress').flatMap(({ to = [] }) => to.flatMap((peer) => at(peer, 'ipBlock') ?? []));

  it('refuses what no rule names, in both directions', () => {
    expect(at(policy, 'policyTypes')).toEqual(['Ingress', 'Egress']);
    // A rule without peers, or without ports, would name everybody, or everything.
    const all = [...rules('ingress'), ...rules('egress')];
    expect(all.filter(({ from, to, ports }) => !(from ?? to)?.length || ports.length === 0)).toEqual([]);
    const anybody = all.flatMap(({ from, to }) => from ?? to ?? []).filter((peer) => JSON.stringify(peer) === '{}');
    expect(anybody).toEqual([]);
  });

  it('lets Prometheus read the metrics, and nobody ask anything else', () => {
    expect(rules('ingress').map(({ from, ports }) => ({ from: from?.map(inNamespace), ports }))).toEqual([
      { from: ['monitoring'], ports: [{ protocol: 'TCP', port: 'metrics' }] },
    ]);
  });

  it('leads to names, to Temporal where the settings say it is, and to the ports of the systems', () => {
    const [, namespace, port] = /^[^.]+\.([^.]+)\.svc:(\d+)$/.exec(settings.TEMPORAL_ADDRESS ?? '') ?? [];
    const egress = rules('egress').map(({ to = [], ports }) => ({
      to: to.map((peer) => inNamespace(peer) ?? at(peer, 'ipBlock', 'cidr')),
      ports: ports.map(({ protocol, port }) => `${protocol} ${port}`),
    }));
    expect(egress).toEqual([
      { to: ['kube-system'], ports: ['UDP 53', 'TCP 53'] },
      { to: [namespace], ports: [`TCP ${port}`] },
      { to: ['0.0.0.0/0', '::/0'], ports: ['TCP 443', 'TCP 5432', 'TCP 6875', `TCP ${port}`] },
    ]);
    expect(new URL(parseConfig(settings).neonApiUrl).port || '443').toBe('443');
  });

  it('does not lead to the metadata service of the machine', () => {
    for (const address of ['169.254.169.254', 'fe80::1', 'fd00:ec2::254']) {
      const open = blocks.filter(
        (block) =>
          isAllowed([at(block, 'cidr') as string], address) && !isAllowed(at(block, 'except') as string[], address),
      );
      expect({ address, open }).toEqual({ address, open: [] });
    }
    expect(blocks.filter((block) => isAllowed([at(block, 'cidr') as string], '203.0.113.7'))).toHaveLength(1);
  });
});

const UNIT = 'ops/systemd/n2m-worker@.service';

describe(UNIT, () => {
  const lines = read(UNIT).split('\n');
  const settings = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name = '', value = ''] = /^Environment=(\w+)=(.*)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, value]];
    }),
  );

  it('sets only what the worker reads, to what it takes, and leaves time to stop', () => {
    const known = [...WORKER_VARIABLES.map(([name]) => name), 'NODE_ENV'];
    expect(Object.keys(settings).filter((name) => !known.includes(name))).toEqual([]);
    const { shutdownGraceMs } = parseConfig(settings);
    const [, stop] = /^TimeoutStopSec=(\d+)$/m.exec(lines.join('\n')) ?? [];
    expect(Number(stop)).toBeGreaterThan(longestStop(shutdownGraceMs / 1000));
  });

  it('is of the build that stands behind the @, in its name, its folder and its settings', () => {
    expect(settings).toMatchObject({ N2M_DEPLOYMENT: 'n2m', N2M_BUILD_ID: '%i' });
    expect(lines.filter((line) => line.startsWith('ExecStart='))).toEqual([expect.stringContaining('/%i/')]);
    // Two builds on one machine cannot share their addresses: what the file of one says comes last.
    expect(lines.filter((line) => line.startsWith('EnvironmentFile='))).toEqual([
      'EnvironmentFile=/etc/n2m/worker.env',
      'EnvironmentFile=-/etc/n2m/worker-%i.env',
    ]);
  });

  /** Says on stderr what systemd would pass over, and ends with 0 all the same. */
  const verify = (file: string): string => spawnSync(ANALYZE, ['verify', file], { encoding: 'utf8' }).stderr;
  const onSystemd = existsSync(ANALYZE) ? it : it.skip;

  onSystemd('is a unit that systemd takes as it stands', async () => {
    expect(verify(join(ROOT, UNIT))).toBe('');
    const folder = await mkdtemp(join(tmpdir(), 'n2m-unit-'));
    try {
      const file = join(folder, 'n2m-worker@.service');
      await writeFile(file, lines.join('\n').replace('ProtectHome=', 'ProtectHouse='));
      expect(verify(file)).toContain('ProtectHouse');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('ops/prometheus-alerts.yaml', () => {
  const promtool = (...args: string[]) => spawnSync('promtool', args, { cwd: join(ROOT, 'ops'), encoding: 'utf8' });
  const there = promtool('--version').status === 0;
  // CI unpacks it (.ci/run), so there its absence is a failure.
  const withPromtool = there || process.env.CI ? it : it.skip;
  const title = (what: string) => (there ? what : `${what} (promtool is not on the PATH: Debian package prometheus)`);

  withPromtool(title('is valid for promtool'), () => {
    const { status, stdout, stderr } = promtool('check', 'rules', 'prometheus-alerts.yaml');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('SUCCESS: 15 rules found');
  });

  withPromtool(title('fires and keeps still as its own tests say'), () => {
    const { status, stdout, stderr } = promtool('test', 'rules', 'prometheus-alerts.test.yaml');
    expect({ status, output: stdout + stderr }).toMatchObject({ status: 0 });
  });

  it('has each of its alerts in those tests, silent and firing', () => {
    const rules = at(parse(read('ops/prometheus-alerts.yaml')), 'groups', 0, 'rules') as { alert?: string }[];
    const tests = at(parse(read('ops/prometheus-alerts.test.yaml')), 'tests') as {
      alert_rule_test: { alertname: string; exp_alerts: unknown[] }[];
    }[];
    const cases = tests.flatMap((test) => test.alert_rule_test);
    const names = (fires: boolean) =>
      [...new Set(cases.filter((one) => one.exp_alerts.length > 0 === fires).map((one) => one.alertname))].sort();
    const alerts = rules.flatMap(({ alert }) => alert ?? []).sort();
    expect(names(true)).toEqual(alerts);
    expect(names(false)).toEqual(alerts);
  });
});

describe('ops/grafana-dashboard.json', () => {
  const { panels } = JSON.parse(read('ops/grafana-dashboard.json')) as { panels: { targets: { expr: string }[] }[] };
  const shown = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\bn2m_\w+/g) ?? []));

  it.each(Object.keys(METRICS))('has %s in a panel', (name) => {
    expect(shown.map((series) => series.replace(/_(total|bucket|sum|count)$/, ''))).toContain(name);
  });
});
