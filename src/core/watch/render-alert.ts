import type { Alert } from './types';

const MOST_LINES = 10;

/** Body of the webhook: JSON, `version` rises when a field changes its meaning. */
export function webhookBody(alert: Alert): string {
  return JSON.stringify({ version: 1, ...alert });
}

/** Body of a Slack-compatible incoming webhook: one text, cause and next command first. */
export function slackBody(alert: Alert): string {
  const lines = alert.symptoms.slice(1, MOST_LINES).map(({ severity, cause }) => `• ${severity}: ${cause}`);
  const left = alert.symptoms.length - MOST_LINES;
  return JSON.stringify({
    text: [
      `${SIGN[alert.kind]} *${alert.pipeline}* ${headline(alert)}`,
      ...(alert.kind === 'recovered' ? [] : [`next: \`${alert.next}\``, ...lines]),
      ...(left > 0 ? [`… and ${left} more`] : []),
      ...(alert.alsoOpen > 0 ? [`told before and still there: ${alert.alsoOpen}`] : []),
    ]
      .map(escapeSlack)
      .join('\n'),
  });
}

/** One line for the log: cause and next command. */
export function alertLine(alert: Alert): string {
  const next = alert.kind === 'recovered' ? '' : `; next: ${alert.next}`;
  return `${alert.pipeline} ${headline(alert)}${next}`.replace(/\s*\n\s*/g, ' ');
}

const SIGN: Record<Alert['kind'], string> = {
  raised: ':rotating_light:',
  escalated: ':rotating_light:',
  repeated: ':repeat:',
  recovered: ':white_check_mark:',
};

function headline({ kind, severity, verdict, cause }: Alert): string {
  if (kind === 'recovered') return `is ${verdict}: ${cause}`;
  const again = kind === 'repeated' ? ', still' : kind === 'escalated' ? ', now' : '';
  return `is ${verdict} (${severity}${again}): ${cause}`;
}

/** The three characters Slack reads as markup of its own. */
const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
