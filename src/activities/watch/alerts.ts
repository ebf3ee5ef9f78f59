import { log } from '@temporalio/activity';
import { createHmac } from 'node:crypto';
import type { AlertSinkSpec, PipelineSpec, SecretRef } from '../../core/spec/types';
import { alertLine, slackBody, webhookBody } from '../../core/watch/render-alert';
import type { Alert } from '../../core/watch/types';
import type { Deps } from '../support/deps';

type Sending = Pick<Deps, 'secrets' | 'webhooks'>;

/** An alert a sink did not take. */
export interface Undelivered {
  sink: SecretRef;
  alert: Alert;
}

export interface Delivery {
  /** Taken by at least one sink (or told in the log alone, where there is none). */
  delivered: Alert[];
  /** What single sinks still have to be told. Alerts that no sink took are not here: they are decided anew. */
  undelivered: Undelivered[];
  /** Deliveries that failed, per alert and sink. */
  failed: number;
}

/** A sink that is down for days is owed the newest, not everything: it is kept in the result of each check. */
const MOST_UNDELIVERED = 20;
const MOST_UNDELIVERED_CHARACTERS = 64_000;

/** The newest of them, at least one, that stay within the bounds. */
export function newest(undelivered: Undelivered[]): Undelivered[] {
  const fits = (from: number): boolean => JSON.stringify(undelivered.slice(from)).length <= MOST_UNDELIVERED_CHARACTERS;
  let from = Math.max(0, undelivered.length - MOST_UNDELIVERED);
  while (from < undelivered.length - 1 && !fits(from)) from += 1;
  return undelivered.slice(from);
}

/**
 * Tells alerts to every sink at once, and what was left over to the sinks that missed it. A log line is written always,
 * so that nothing is lost where no sink is configured or all are down.
 */
export async function deliverAlerts(
  deps: Sending,
  spec: PipelineSpec,
  alerts: Alert[],
  before: Undelivered[],
): Promise<Delivery> {
  const delivered: Alert[] = [];
  const undelivered: Undelivered[] = [];
  let failed = 0;
  const sendTo = async (sinks: AlertSinkSpec[], alert: Alert): Promise<AlertSinkSpec[]> => {
    const results = await Promise.allSettled(sinks.map((sink) => send(deps, sink, alert)));
    const refused = sinks.filter((_sink, index) => results[index]?.status === 'rejected');
    for (const result of results) {
      if (result.status === 'rejected')
        log.error(`alert not delivered: ${String(result.reason)}`, { pipeline: spec.name });
    }
    failed += refused.length;
    return refused;
  };

  for (const left of before) {
    const sinks = spec.alerts.filter(({ url }) => url === left.sink);
    if ((await sendTo(sinks, left.alert)).length > 0) undelivered.push(left);
  }
  for (const alert of alerts) {
    log.warn(alertLine(alert), { pipeline: alert.pipeline, verdict: alert.verdict, kind: alert.kind });
    const refused = await sendTo(spec.alerts, alert);
    if (refused.length > 0 && refused.length === spec.alerts.length) continue;
    delivered.push(alert);
    undelivered.push(...refused.map(({ url }) => ({ sink: url, alert })));
  }
  return { delivered, undelivered: newest(undelivered), failed };
}

/** Pings the dead man's switch after a completed check; a failure is only logged: not being pinged is its signal. */
export async function ping({ secrets, webhooks }: Sending, spec: PipelineSpec): Promise<void> {
  if (!spec.watch.pingUrl) return;
  try {
    await webhooks.call(await secrets.resolve(spec.watch.pingUrl, 'web-url'), { method: 'GET' });
  } catch (error) {
    log.warn(`the ping URL ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function send({ secrets, webhooks }: Sending, sink: AlertSinkSpec, alert: Alert): Promise<void> {
  const url = await secrets.resolve(sink.url, 'web-url');
  const body = sink.kind === 'slack' ? slackBody(alert) : webhookBody(alert);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (sink.signingKey) headers['x-n2m-signature'] = sign(body, await secrets.resolve(sink.signingKey, 'signing-key'));
  await webhooks.call(url, { method: 'POST', headers, body }).catch((error: unknown) => {
    throw new Error(`${sink.url} ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** `sha256=<hex>` over the body's bytes, as GitHub and others sign webhooks. */
export function sign(body: string, key: string): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}
