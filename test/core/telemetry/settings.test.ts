import { telemetrySettings } from '../../../src/core/telemetry/settings';

const read = (env: Record<string, string>, prometheus = false) => telemetrySettings(env, { prometheus });

it.each<[Record<string, string>, string | null, string | null]>([
  [{}, null, null],
  [{ OTEL_SERVICE_NAME: 'mine' }, null, null],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, 'http://c:4318/v1/traces', 'http://c:4318/v1/metrics'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/otlp/' },
    'http://c:4318/otlp/v1/traces',
    'http://c:4318/otlp/v1/metrics',
  ],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/in' }, 'https://t/in', null],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces', null],
  [{ OTEL_METRICS_EXPORTER: 'otlp' }, null, 'http://localhost:4318/v1/metrics'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_TRACES_EXPORTER: 'none' }, null, 'http://c/v1/metrics'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_METRICS_EXPORTER: 'none' }, 'http://c/v1/traces', null],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'true' }, null, null],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'nonsense', OTEL_SDK_DISABLED: 'TRUE' }, null, null],
])('%j: traces %s, metrics %s', (env, traces, metrics) => {
  const { settings, problems } = read(env);
  expect(problems).toEqual([]);
  expect([settings.traces?.url ?? null, settings.metrics?.url ?? null]).toEqual([traces, metrics]);
});

it('a Prometheus endpoint keeps the metrics until they are asked for by name, and then one has to go', () => {
  const common = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' };
  expect(read(common, true)).toMatchObject({ settings: { metrics: null }, problems: [] });
  expect(read({ ...common, OTEL_METRICS_EXPORTER: 'otlp' }, true).problems).toEqual([
    expect.stringContaining('N2M_METRICS_ADDRESS') as string,
  ]);
});

it.each<[Record<string, string>, RegExp]>([
  [{ OTEL_TRACES_EXPORTER: 'jaeger' }, /^OTEL_TRACES_EXPORTER=jaeger is none of otlp, none$/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, /^OTEL_EXPORTER_OTLP_ENDPOINT is no URL with http or https/],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'x' }, /^OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is no URL/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /http\/protobuf alone/],
  [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }, /http\/protobuf alone/],
  [{ OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: 'often' }, /^OTEL_METRIC_EXPORT_INTERVAL/],
  [
    { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'lowmemory' },
    /TEMPORALITY_PREFERENCE is none of cumulative, delta/,
  ],
])('%j is told by its name', (env, problem) => {
  expect(read(env).problems.some((told) => problem.test(told))).toBe(true);
});

it('what is wrong is told without what a URL may hold', () => {
  const { problems } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://me:hush@c' });
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.join()).not.toContain('hush');
});

it('metrics take headers and resource as the specification writes them', () => {
  const { settings } = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20k%3D1, x-a=b=c,broken, bad=%zz',
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-a=own',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test,service.name=by-attribute',
    OTEL_SERVICE_NAME: 'by-name',
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta',
  });
  expect(settings.metrics).toEqual({
    url: 'http://c/v1/metrics',
    headers: { authorization: 'Bearer k=1', 'x-a': 'own', bad: '%zz' },
    everyMs: 5_000,
    temporality: 'delta',
    resource: { 'deployment.environment': 'test', 'service.name': 'by-name' },
  });
});

it('every key is known to who scrubs logs: with its scheme, without it, and in a URL', () => {
  const { settings } = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:hush%2Fhush@c',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20key',
  });
  expect(settings.secrets).toEqual(expect.arrayContaining(['Bearer key', 'key', 'hush%2Fhush', 'hush/hush']));
});
