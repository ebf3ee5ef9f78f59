import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import type { WorkerConfig } from './config';
import { shown } from './core/text/shown';

/** Lines on stderr with pipeline, workflow and activity ids; scrubbed as a whole, whatever reached them. */
export function createLogger(
  config: Pick<WorkerConfig, 'logLevel' | 'logFormat'>,
  scrub: (text: string) => string,
): DefaultLogger {
  return new DefaultLogger(config.logLevel, (entry) => {
    process.stderr.write(`${logLine(entry, config.logFormat, scrub)}\n`);
  });
}

/** One line for one entry. A secret is found as it is, so before anything in it is written out. */
export function logLine(entry: LogEntry, format: WorkerConfig['logFormat'], scrub: (text: string) => string): string {
  return format === 'json' ? scrub(asJson(entry)) : shown(scrub(asText(entry)));
}

function asJson({ level, timestampNanos, message, meta }: LogEntry): string {
  return JSON.stringify({ time: isoTime(timestampNanos), level, message, ...plain(meta) });
}

function asText({ level, timestampNanos, message, meta }: LogEntry): string {
  const fields = Object.entries(plain(meta)).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [isoTime(timestampNanos), level.padEnd(5), message, ...fields].join(' ');
}

/** Errors as type and message only: a driver's error object holds the statement and the connection. */
function plain(meta: LogEntry['meta']): Record<string, unknown> {
  const entries = Object.entries(meta ?? {}).filter(([key]) => !NOISE.has(key));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value instanceof Error ? `${value.name}: ${value.message}` : value]),
  );
}

const NOISE = new Set(['sdkComponent', 'taskToken', 'isLocal', 'namespace']);

function isoTime(nanos: bigint): string {
  return new Date(Number(nanos / 1_000_000n)).toISOString();
}
