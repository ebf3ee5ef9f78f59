import { createHmac } from 'node:crypto';
import { log } from '@temporalio/activity';
import type { AlertSinkSpec, PipelineSpec } from '../core/spec/types';
import type { Alert } from '../core/watch/types';
import { alertLine, slackBody, webhookBody } from '../core/watch/render-alert';
import type { Secrets } from '../systems/secrets';

const DEADLINE = 10_000;

export interface Delivery {
  delivered: Alert[];
  /** Deliveries that failed, per alert and sink. */
  failed: number;
}

/**
 * Tells alerts to every sink at once. One that every sink took counts as told; a log line is written always, so that
 * nothing is lost where no sink is configured or all are down.
 */
export async function deliverAlerts(secrets: Secrets, spec: PipelineSpec, alerts: Alert[]): Promise<Delivery> {
  const delivered: Alert[] = [];
  let failed = 0;
  for (const alert of alerts) {
    log.warn(alertLine(alert), { pipeline: alert.pipeline, verdict: alert.verdict, kind: alert.kind });
    const results = await Promise.allSettled(spec.alerts.map((sink) => send(secrets, sink, alert)));
    const failures = results.filter((result) => result.status === 'rejected');
    failed += failures.length;
    for (const { reason } of failures)
      log.error(`alert not delivered: ${String(reason)}`, { pipeline: alert.pipeline });
    if (failures.length === 0) delivered.push(alert);
  }
  return { delivered, failed };
}

/** Pings the dead man's switch after a completed check; a failure is only logged: not being pinged is its signal. */
export async function ping(secrets: Secrets, spec: PipelineSpec): Promise<void> {
  if (!spec.watch.pingUrl) return;
  try {
    const url = await secrets.resolve(spec.watch.pingUrl);
    await post(url, '', {}, 'GET');
  } catch (error) {
    log.warn(`the ping URL did not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function send(secrets: Secrets, sink: AlertSinkSpec, alert: Alert): Promise<void> {
  const url = await secrets.resolve(sink.url);
  const body = sink.kind === 'slack' ? slackBody(alert) : webhookBody(alert);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (sink.signingKey) headers['x-n2m-signature'] = sign(body, await secrets.resolve(sink.signingKey));
  await post(url, body, headers, 'POST').catch((error: unknown) => {
    throw new Error(`${sink.url} ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** `sha256=<hex>` over the body's bytes, as GitHub and others sign webhooks. */
export function sign(body: string, key: string): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}

/** fetch's own messages may quote the URL, which is a secret: only its cause's code or the status is told. */
async function post(url: string, body: string, headers: Record<string, string>, method: 'GET' | 'POST'): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      ...(method === 'POST' ? { body } : {}),
      signal: AbortSignal.timeout(DEADLINE),
      redirect: 'error',
    });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    throw new Error(code ? `cannot be reached (${code})` : 'cannot be reached');
  }
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`answered ${response.status}`);
}
