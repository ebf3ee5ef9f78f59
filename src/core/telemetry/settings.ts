/**
 * Where traces and metrics go, by OpenTelemetry's own variables: nowhere, unless they say so. Headers and paths may hold keys, so they
 * are shown to nobody.
 */
export interface TelemetrySettings {
  /** Where spans go; null: nowhere, and nothing is loaded. The exporter reads headers and the rest from the same variables. */
  traces: { url: string } | null;
  metrics: OtlpMetrics | null;
  /** What must not be seen in logs. */
  secrets: string[];
}

export interface OtlpMetrics {
  url: string;
  headers: Record<string, string>;
  everyMs: number;
  temporality: 'cumulative' | 'delta';
  /** Who sends them, as OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say. */
  resource: Record<string, string>;
}

type Env = Record<string, string | undefined>;

const DEFAULT_ENDPOINT = 'http://localhost:4318';
/** The specification's; Temporal's own is a second. */
const DEFAULT_INTERVAL = 60_000;
const PROTOCOL = 'http/protobuf';

/** Pure: what the variables say, and each that is wrong. `prometheus`: metrics are asked for there. */
export function telemetrySettings(
  env: Env,
  { prometheus }: { prometheus: boolean },
): { settings: TelemetrySettings; problems: string[] } {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true')
    return { settings: { traces: null, metrics: null, secrets: [] }, problems: [] };
  const traces = signal(env, 'TRACES');
  const metrics = signal(env, 'METRICS');
  const problems = [...traces.problems, ...metrics.problems];
  // Who already has Prometheus and adds an endpoint for traces keeps it.
  const metricsUrl = prometheus && !metrics.named ? null : metrics.url;
  if (prometheus && metricsUrl !== null)
    problems.push('N2M_METRICS_ADDRESS and OTEL_METRICS_EXPORTER=otlp: metrics go one way, so set one of them');
  const headers = {
    ...pairsOf(env.OTEL_EXPORTER_OTLP_HEADERS),
    ...pairsOf(env.OTEL_EXPORTER_OTLP_METRICS_HEADERS),
  };
  const everyMs = Number(env.OTEL_METRIC_EXPORT_INTERVAL || DEFAULT_INTERVAL);
  if (!(Number.isInteger(everyMs) && everyMs > 0))
    problems.push('OTEL_METRIC_EXPORT_INTERVAL is no number of milliseconds, e.g. 60000');
  const temporality = env.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE?.toLowerCase() || 'cumulative';
  if (temporality !== 'cumulative' && temporality !== 'delta')
    problems.push('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE is none of cumulative, delta');
  const { OTEL_SERVICE_NAME: name } = env;
  const resource = { ...pairsOf(env.OTEL_RESOURCE_ATTRIBUTES), ...(name ? { 'service.name': name } : {}) };
  const otlp = {
    headers,
    everyMs,
    temporality: temporality === 'delta' ? temporality : 'cumulative',
    resource,
  } as const;
  const settings: TelemetrySettings = {
    traces: traces.url === null ? null : { url: traces.url },
    metrics: metricsUrl === null ? null : { url: metricsUrl, ...otlp },
    secrets: secretsOf(env, [traces.url, metricsUrl]),
  };
  return { settings, problems };
}

/** By hand: a pattern would begin anew at each of many slashes. */
function withoutSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

/** Where one kind of data goes; `named`: it is asked for by name, and not only because there is an endpoint. */
function signal(env: Env, kind: 'TRACES' | 'METRICS'): { url: string | null; named: boolean; problems: string[] } {
  const problems: string[] = [];
  const exporter = env[`OTEL_${kind}_EXPORTER`] ?? '';
  const own = env[`OTEL_EXPORTER_OTLP_${kind}_ENDPOINT`] ?? '';
  const common = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '';
  const named = exporter === 'otlp';
  if (exporter === 'none' || (!named && exporter === '' && !own && !common)) return { url: null, named, problems };
  if (!named && exporter !== '') problems.push(`OTEL_${kind}_EXPORTER=${exporter} is none of otlp, none`);
  const variable = own ? `OTEL_EXPORTER_OTLP_${kind}_ENDPOINT` : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const url = own || `${withoutSlashes(common || DEFAULT_ENDPOINT)}/v1/${kind.toLowerCase()}`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    problems.push(`${variable} is no URL with http or https, e.g. ${DEFAULT_ENDPOINT}`);
  const spoken = env[`OTEL_EXPORTER_OTLP_${kind}_PROTOCOL`] || env.OTEL_EXPORTER_OTLP_PROTOCOL || PROTOCOL;
  if (spoken !== PROTOCOL)
    problems.push(`OTEL_EXPORTER_OTLP_PROTOCOL: n2m speaks ${PROTOCOL} alone, which collectors take at port 4318`);
  return { url, named, problems };
}

/** `key=value,key2=value2`, with percent signs as in URLs. */
function pairsOf(text = ''): Record<string, string> {
  return Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at < 1 ? [] : [[decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))]];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text.trim();
  }
}

function secretsOf(env: Env, urls: (string | null)[]): string[] {
  const names = ['', 'TRACES_', 'METRICS_'].map((kind) => `OTEL_EXPORTER_OTLP_${kind}HEADERS`);
  const values = names.flatMap((name) => Object.values(pairsOf(env[name])));
  const passwords = urls.flatMap((url) => (url !== null && URL.canParse(url) ? [new URL(url).password] : []));
  // A scheme before the key would keep the key itself from being found.
  return [
    ...values,
    ...values.map((value) => value.replace(/^\w+ +/, '')),
    ...passwords,
    ...passwords.map(decoded),
  ].filter((value, index, all) => value !== '' && all.indexOf(value) === index);
}
