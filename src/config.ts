import { TASK_QUEUE } from './core/names';
import { telemetrySettings, type TelemetrySettings } from './core/telemetry/settings';
import { parseWebhookAllow, type WebhookAllow } from './core/webhook-allow';
import { parseVersion, type VersionSetting } from './versioning';

/** The worker's own settings, read once from the environment. Temporal's come from @temporalio/envconfig. */
export interface WorkerConfig {
  taskQueue: string;
  neonApiUrl: string;
  secrets: { allow: string[]; directory: string | null };
  /** What alerts and pings may reach besides public hosts by https. */
  webhookAllow: WebhookAllow;
  /** Where files may say that Materialize reaches a server, besides the host of its URL: `host:port`, in lower case. */
  reachableAllow: string[];
  /** Refuse what Temporal hands over unencrypted. */
  codecRequired: boolean;
  /** host:port of the Prometheus endpoint; null: none. */
  metricsAddress: string | null;
  /** Where traces and metrics go besides. */
  telemetry: TelemetrySettings;
  /** host:port of health and readiness; null: none. */
  healthAddress: string | null;
  logLevel: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  logFormat: 'text' | 'json';
  /** How long running activities may finish after SIGTERM, milliseconds. */
  shutdownGraceMs: number;
  /** Null: polls without a version. */
  version: VersionSetting | null;
}

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

/** `db.internal` is its port 5432. */
function reachableAddress(entry: string): string | null {
  const [, host, port = '5432'] = /^(\[[0-9a-f:.]+\]|[^:\s[\]]+)(?::(\d{1,5}))?$/i.exec(entry) ?? [];
  return host === undefined ? null : `${host.replace(/^\[|\]$/g, '').toLowerCase()}:${port}`;
}

/**
 * Pure: reads, completes, checks. Throws one Error that names every variable that is wrong.
 */
export function parseConfig(env: Record<string, string | undefined>): WorkerConfig {
  const problems: string[] = [];
  const address = (name: string): string | null => {
    const value = env[name];
    if (!value) return null;
    if (!/^[^:\s]+:\d{1,5}$/.test(value)) problems.push(`${name}=${value} is no host:port, e.g. 127.0.0.1:9464`);
    return value;
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = (env[name] ?? fallback) as T;
    if (!allowed.includes(value)) problems.push(`${name}=${value} is none of ${allowed.join(', ')}`);
    return value;
  };
  const list = (name: string): string[] =>
    (env[name] ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean);
  const reachableAllow = list('N2M_REACHABLE_ALLOW').map((entry) => {
    const address = reachableAddress(entry);
    if (address === null) problems.push(`N2M_REACHABLE_ALLOW: ${entry} is no host or host:port, e.g. db.internal:5432`);
    return address ?? '';
  });
  const neonApiUrl = env.N2M_NEON_API_URL ?? 'https://console.neon.tech/api/v2';
  if (!URL.canParse(neonApiUrl)) problems.push('N2M_NEON_API_URL is no URL, e.g. https://console.neon.tech/api/v2');
  const webhooks = parseWebhookAllow(env.N2M_WEBHOOK_ALLOW ?? '');
  for (const entry of webhooks.wrong)
    problems.push(`N2M_WEBHOOK_ALLOW: ${entry} is no host, address or CIDR, e.g. hooks.internal,10.2.0.0/16`);
  const grace = Number(env.N2M_SHUTDOWN_GRACE_SECONDS || '10');
  if (!(grace >= 0 && grace <= 3600))
    problems.push('N2M_SHUTDOWN_GRACE_SECONDS is no number of seconds from 0 to 3600');
  const codecRequired = oneOf('N2M_CODEC_REQUIRE', ['0', '1'], '0') === '1';
  if (codecRequired && !env.N2M_CODEC_KEYS) problems.push('N2M_CODEC_REQUIRE=1 needs N2M_CODEC_KEYS');

  const metricsAddress = address('N2M_METRICS_ADDRESS');
  const telemetry = telemetrySettings(env, { prometheus: metricsAddress !== null });
  problems.push(...telemetry.problems);

  const config: WorkerConfig = {
    taskQueue: env.N2M_TASK_QUEUE || TASK_QUEUE,
    neonApiUrl,
    secrets: {
      allow: list('N2M_SECRETS_ALLOW'),
      directory: env.N2M_SECRETS_DIR || null,
    },
    webhookAllow: webhooks.allow,
    reachableAllow,
    codecRequired,
    metricsAddress,
    telemetry: telemetry.settings,
    healthAddress: address('N2M_HEALTH_ADDRESS'),
    logLevel: oneOf('N2M_LOG_LEVEL', LEVELS, 'INFO'),
    logFormat: oneOf('N2M_LOG_FORMAT', ['text', 'json'], 'text'),
    shutdownGraceMs: grace * 1000,
    version: parseVersion(env, problems),
  };
  if (problems.length > 0) throw new Error(`the worker's environment is wrong:\n  ${problems.join('\n  ')}`);
  return config;
}
