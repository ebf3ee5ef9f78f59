import { log } from '@temporalio/activity';
import { createHmac } from 'node:crypto';
import { DEADLINE } from '../../core/budgets';
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
 * Tells every sink at once what it missed and then the alerts, in that order. A sink that refuses one, or has taken its time,
 * gets the rest with the next check: it keeps neither the check nor the others waiting. A log line is written always, so
 * that nothing is lost where no sink is configured or all are down.
 */
export async function deliverAlerts(
  deps: Sending,
  spec: PipelineSpec,
  alerts: Alert[],
  before: Undelivered[],
): Promise<Delivery> {
  for (const alert of alerts)
    log.warn(alertLine(alert), { pipeline: alert.pipeline, verdict: alert.verdict, kind: alert.kind });
  const told = await Promise.all(
    spec.alerts.map(async (sink) => {
      const owed = before.filter((left) => left.sink === sink.url).map(({ alert }) => alert);
      return { sink: sink.url, missed: await tell(deps, spec.name, sink, [...owed, ...alerts]) };
    }),
  );
  const lost = alerts.filter((alert) => told.length > 0 && told.every(({ missed }) => missed.includes(alert)));
  const undelivered = told
    .flatMap(({ sink, missed }) => missed.map((alert) => ({ sink, alert })))
    .sort((a, b) => Date.parse(a.alert.at) - Date.parse(b.alert.at));
  return {
    delivered: alerts.filter((alert) => !lost.includes(alert)),
    undelivered: newest(undelivered.filter(({ alert }) => !lost.includes(alert))),
    failed: undelivered.length,
  };
}

/** Those that the sink was not told, in their order. */
async function tell(deps: Sending, pipeline: string, sink: AlertSinkSpec, alerts: Alert[]): Promise<Alert[]> {
  const until = Date.now() + DEADLINE.alerts - DEADLINE.webhook;
  for (const [at, alert] of alerts.entries()) {
    try {
      if (Date.now() > until) throw new Error(`${sink.url} answers slowly: ${alerts.length - at} are left`);
      await send(deps, sink, alert);
    } catch (error) {
      log.error(`alert not delivered: ${String(error)}`, { pipeline });
      return alerts.slice(at);
    }
  }
  return [];
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
