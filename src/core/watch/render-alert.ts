import type { Alert } from './types';

/** Body of the webhook: JSON, documented in docs/alerts.md. */
export function webhookBody(_alert: Alert): string {
  throw new Error('not built yet');
}

/** Body of a Slack-compatible incoming webhook. */
export function slackBody(_alert: Alert): string {
  throw new Error('not built yet');
}

/** One line for the log: cause and next command. */
export function alertLine(_alert: Alert): string {
  throw new Error('not built yet');
}
