/** An alert as webhooks, Slack and the log get it. */
import { isRunRule } from '../run/run-alerts';
import { shown } from '../text/shown';
import type { Alert } from './types';

const MOST_LINES = 10;

/** Body of the webhook: JSON, `version` rises when a field changes its meaning. */
export function webhookBody(alert: Alert): string {
  return JSON.stringify({ version: 1, ...alert });
}

/** Body of a Slack-compatible incoming webhook: one text, cause and next command first. */
export function slackBody(told: Alert): string {
  const alert = inert(told);
  const lines = alert.symptoms.slice(1, MOST_LINES).map(({ severity, cause }) => `• ${severity}: ${cause}`);
  const left = alert.symptoms.length - MOST_LINES;
  return JSON.stringify({
    text: [
      `${SIGN[alert.kind]} *${alert.pipeline}* ${headline(alert)}`,
      ...(isCalm(alert) ? [] : [`next: \`${alert.next}\``, ...lines]),
      ...(left > 0 ? [`… and ${left} more`] : []),
      ...(alert.alsoOpen > 0 ? [`told before and still there: ${alert.alsoOpen}`] : []),
    ].join('\n'),
  });
}

/** One line for the log: cause and next command. */
export function alertLine(alert: Alert): string {
  const next = isCalm(alert) ? '' : `; next: ${alert.next}`;
  return shown(`${alert.pipeline} ${headline(alert)}${next}`);
}

/** Nobody has to do anything. */
const isCalm = ({ kind }: Alert): boolean => kind === 'recovered' || kind === 'followed';

const SIGN: Record<Alert['kind'], string> = {
  raised: ':rotating_light:',
  escalated: ':rotating_light:',
  repeated: ':repeat:',
  recovered: ':white_check_mark:',
  followed: ':white_check_mark:',
};

function headline({ kind, severity, verdict, cause, symptoms }: Alert): string {
  // Of a run, not of what the checks see.
  if (isRunRule(symptoms[0]?.rule)) return `${cause} (${severity}${kind === 'repeated' ? ', still' : ''})`;
  if (kind === 'followed') return cause;
  if (kind === 'recovered') return `is ${verdict}: ${cause}`;
  const again = kind === 'repeated' ? ', still' : kind === 'escalated' ? ', now' : '';
  return `is ${verdict} (${severity}${again}): ${cause}`;
}

/**
 * The alert with texts that call nobody, link nowhere and end no code, in Slack and in what takes Slack’s webhooks but reads
 * Markdown (Mattermost, Discord): there, `@all` in plain text calls everybody, and `[text](url)` is a link.
 */
function inert(alert: Alert): Alert {
  const { cause, next, symptoms } = alert;
  return {
    ...alert,
    cause: withoutHosts(inertText(cause)),
    // In code as a whole.
    next: inertText(next),
    symptoms: symptoms.map((symptom) => ({ ...symptom, cause: withoutHosts(inertText(symptom.cause)) })),
  };
}

const inertText = (text: string): string =>
  shown(text)
    .replaceAll('`', "'")
    .replaceAll('://', '[:]//')
    .replaceAll('](', '] (')
    .replace(/(?<!\w)@(?=[\w&!])/g, '@ ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/** Words with dots between them. Each character can be in one place only, so that no text makes it look twice. */
const DOTTED = /[\p{L}\p{N}_.。．｡-]+/gu;
const HOST = /[\p{L}\p{N}_-][.。．｡]\p{L}/u;

/** What could be a host, such as `public.events`: in plain text Slack would link it, in code nobody does. */
const withoutHosts = (text: string): string => text.replace(DOTTED, (word) => (HOST.test(word) ? coded(word) : word));

/** The full stop that ends a sentence stays outside. */
function coded(word: string): string {
  const bare = word.replace(/^[.。．｡]+/u, '');
  const end = bare.length - endDots(bare);
  return `${word.slice(0, word.length - bare.length)}\`${bare.slice(0, end)}\`${bare.slice(end)}`;
}

function endDots(word: string): number {
  let dots = 0;
  while (dots < word.length && '.。．｡'.includes(word[word.length - 1 - dots] ?? ' ')) dots += 1;
  return dots;
}
