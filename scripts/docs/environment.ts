import { code, table } from './markdown';

/** Every variable n2m itself reads, with what it is for; a test compares with the sources. */
export const WORKER_VARIABLES: [name: string, fallback: string, meaning: string][] = [
  ['N2M_TASK_QUEUE', '`n2m`', 'Task queue the worker polls and the command line starts work on.'],
  ['N2M_SECRETS_ALLOW', '', 'Names, separated by commas, that `env:` may hand out besides `N2M_SECRET_…`.'],
  ['N2M_SECRETS_DIR', '', 'Folder of the files behind `file:` references, such as mounted secrets.'],
  [
    'N2M_REACHABLE_ALLOW',
    '',
    'Addresses `host:port` (without port 5432), separated by commas, that `source.reachableAt` of a file may name besides the host of its URL: Materialize takes a password there.',
  ],
  ['N2M_NEON_API_URL', '`https://console.neon.tech/api/v2`', 'Neon’s API; never taken from the pipeline file.'],
  [
    'N2M_WEBHOOK_ALLOW',
    'none',
    'Hosts, addresses and CIDRs, separated by commas, that alerts and pings may reach though they are not public or not https: `hooks.internal,10.2.0.0/16`.',
  ],
  ['N2M_METRICS_ADDRESS', 'none', 'host:port of the Prometheus endpoint, path `/metrics`.'],
  [
    'N2M_HEALTH_ADDRESS',
    'none',
    'host:port of `/healthz` (the process answers) and `/readyz` (it polls; 503 before and while it drains).',
  ],
  ['N2M_LOG_LEVEL', '`INFO`', '`TRACE`, `DEBUG`, `INFO`, `WARN` or `ERROR`.'],
  ['N2M_LOG_FORMAT', '`text`', '`text`, or `json` with one object per line.'],
  ['N2M_SHUTDOWN_GRACE_SECONDS', '`10`', 'How long running steps may finish after SIGTERM.'],
  [
    'N2M_DEPLOYMENT',
    'none',
    'Name that all builds of these workers share: runs stay on the build they began with, see [upgrading](upgrading.md). Also taken from `TEMPORAL_DEPLOYMENT_NAME`, which Temporal’s Worker Controller sets.',
  ],
  [
    'N2M_BUILD_ID',
    'version and bundle',
    'Build of this worker, where N2M_DEPLOYMENT is set; without it the package’s version with a hash of its workflows, `0.1.0-3f9c2a1b`. Also taken from `TEMPORAL_WORKER_BUILD_ID`.',
  ],
  [
    'N2M_CODEC_KEYS',
    'none',
    'Encrypts payloads: `k2=env:N2M_SECRET_K2,k1=env:N2M_SECRET_K1`, 32 bytes in base64 each; the first encrypts, all decrypt.',
  ],
  [
    'N2M_CODEC_REQUIRE',
    '`0`',
    '`1`: takes encrypted data only, so that nobody without a key can have it work; see [security](security.md#encrypted-payloads) for when.',
  ],
];

/** OpenTelemetry's own, read by worker and command line; without an endpoint or an exporter nothing is loaded or sent. */
const TELEMETRY_VARIABLES: [name: string, fallback: string, meaning: string][] = [
  [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'none',
    'Where a collector takes OTLP by HTTP, such as `http://collector:4318`: turns traces and metrics on.',
  ],
  [
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, …_METRICS_ENDPOINT',
    'none',
    'The whole address for one of the two; alone, it turns that one on.',
  ],
  [
    'OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER',
    'by the endpoint',
    '`otlp`, or `none` for not this one. With `N2M_METRICS_ADDRESS`, metrics stay with Prometheus: they go one way.',
  ],
  [
    'OTEL_EXPORTER_OTLP_HEADERS',
    'none',
    'Keys for the collector: `authorization=Bearer%20…`; also `…_TRACES_HEADERS`, `…_METRICS_HEADERS`. A secret: scrubbed from logs.',
  ],
  [
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    '`http/protobuf`',
    'No other is spoken: collectors take it at port 4318, gRPC at 4317.',
  ],
  ['OTEL_SERVICE_NAME', '`n2m-worker`, `n2m`', 'What the program calls itself.'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'none', 'More about it: `deployment.environment=production,team=data`.'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '`60000`', 'Milliseconds between two sendings of metrics.'],
  [
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    '`cumulative`',
    '`delta`, for collectors that want what came since.',
  ],
  [
    'TRACEPARENT',
    'none',
    'On the command line: the trace it is a part of, as CI systems that trace themselves hand it on.',
  ],
  ['OTEL_SDK_DISABLED', '`false`', '`true`: none of it.'],
];

export const CLIENT_VARIABLES: [name: string, meaning: string][] = [
  ['N2M_TASK_QUEUE', 'As on the worker.'],
  ['N2M_CODEC_KEYS', 'As on the worker, where payloads are encrypted.'],
  [
    'N2M_CODEC_TOKEN',
    'What `n2m codec-server` asks everybody for: `env:NAME` or `file:NAME` of at least 20 letters and digits. Needed where it listens to more than this machine.',
  ],
  ['N2M_DEBUG', 'Set to anything: errors come with their stack and causes.'],
  ['NO_COLOR', 'Set to anything: no colours.'],
];

const TEMPORAL = [
  'Where Temporal is, both read from the SDK’s standard configuration: the variables `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS_CLIENT_CERT_PATH`, `TEMPORAL_TLS_CLIENT_KEY_PATH` and the others of that family, or a profile of `temporal.toml`, chosen with `TEMPORAL_PROFILE`. The file is looked for in the user’s configuration folder, or where `TEMPORAL_CONFIG_FILE` says.',
];

export function environmentTables(): string[] {
  return [
    '## Environment of the worker',
    table(
      ['variable', 'default', 'what it is'],
      WORKER_VARIABLES.map(([name, ...rest]) => [code(name), ...rest]),
    ),
    'A worker whose environment is wrong does not start and names every variable that is.',
    '## Environment of the command line',
    table(
      ['variable', 'what it is'],
      CLIENT_VARIABLES.map(([name, meaning]) => [code(name), meaning]),
    ),
    '## Traces and metrics by OpenTelemetry',
    'What they tell: [observability](observability.md). Worker and command line read OpenTelemetry’s own variables, the exporter also those that are not here: timeouts, compression, certificates, batches.',
    table(
      ['variable', 'default', 'what it is'],
      TELEMETRY_VARIABLES.map(([names, ...rest]) => [names.split(', ').map(code).join(', '), ...rest]),
    ),
    '## Temporal',
    ...TEMPORAL,
  ];
}
