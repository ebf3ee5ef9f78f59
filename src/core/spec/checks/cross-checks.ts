import { parseDuration } from '../../text/duration';
import { parsePercentage } from '../../text/share';
import { parseSize } from '../../text/size';
import { THRESHOLDS } from '../file-schema';
import { type Complaint, valueAt } from '../messages';
import { has, textAt } from './raw';
import { columns, selection, tableNames } from './selection';

/**
 * What spans several keys. Works on the raw file and skips what is broken by itself, so that these problems are
 * reported in the same go as the simple ones.
 */
export function crossChecks(raw: unknown, kind: 'neon' | 'postgres'): Complaint[] {
  return [
    ...selection(raw),
    ...tableNames(raw),
    ...columns(raw),
    ...role(raw, kind),
    ...tls(raw, kind),
    ...thresholds(raw),
    ...alerts(raw),
  ];
}

function role(raw: unknown, kind: 'neon' | 'postgres'): Complaint[] {
  const role = valueAt(raw, ['source', 'role']);
  if (typeof role !== 'object' || role === null) return [];
  const via = textAt(raw, ['source', 'role', 'via']);
  const password = has(raw, ['source', 'role', 'password']);
  if (via === 'given' && !password) {
    return [
      {
        path: ['source', 'role'],
        message: 'via: given needs password, a reference such as env:N2M_SECRET_ROLE_PASSWORD',
      },
    ];
  }
  if (password && (via === 'api' || via === 'sql')) {
    return [
      {
        path: ['source', 'role', 'password'],
        message: `goes with via: given only; with via: ${via} n2m makes the password itself`,
      },
    ];
  }
  if (via === 'api' && kind === 'postgres') {
    return [{ path: ['source', 'role', 'via'], message: 'api is for kind neon; allowed here: sql, given' }];
  }
  return [];
}

function tls(raw: unknown, kind: 'neon' | 'postgres'): Complaint[] {
  const mode = valueAt(raw, ['source', 'tls', 'mode']) ?? 'verify-full';
  const verifies = mode === 'verify-full' || mode === 'verify-ca';
  const ca = has(raw, ['source', 'tls', 'ca']);
  if (kind === 'postgres' && verifies && !ca && typeof valueAt(raw, ['source']) === 'object') {
    return [
      {
        path: ['source', 'tls'],
        message:
          "Materialize trusts no authority by itself: give the one that signed the server's certificate as tls.ca, or write tls: { mode: require } to go without verification",
      },
    ];
  }
  if (ca && (mode === 'require' || mode === 'disable')) {
    return [
      {
        path: ['source', 'tls', 'ca'],
        message: `is not used with mode ${mode}; write mode: verify-full, or leave ca out`,
      },
    ];
  }
  return [];
}

function thresholds(raw: unknown): Complaint[] {
  const complaints: Complaint[] = [];
  const every = parseDuration(textAt(raw, ['watch', 'every']) ?? '1m');
  if (every !== null && every % 1000 !== 0)
    complaints.push({ path: ['watch', 'every'], message: 'takes whole seconds' });
  const watch = valueAt(raw, ['watch']);
  if (typeof watch !== 'object' || watch === null) return complaints;
  for (const [key, [usualWarn, usualCritical]] of Object.entries(THRESHOLDS)) {
    const warn = number(textAt(raw, ['watch', key, 'warn']) ?? usualWarn);
    const critical = number(textAt(raw, ['watch', key, 'critical']) ?? usualCritical);
    if (warn !== null && critical !== null && warn > critical) {
      complaints.push({
        path: ['watch', key],
        message: `warn (${writeHalf(raw, key, 'warn', usualWarn)}) comes after critical (${writeHalf(raw, key, 'critical', usualCritical)}); warn must be the smaller one`,
      });
    }
  }
  return complaints;
}

/** As the file has it, or the default that applies. Both were read as amounts, so neither is a secret. */
function writeHalf(raw: unknown, key: string, level: string, usual: string): string {
  return textAt(raw, ['watch', key, level]) ?? `${usual} by default`;
}

function number(text: string): number | null {
  return parseDuration(text) ?? parsePercentage(text) ?? parseSize(text);
}

function alerts(raw: unknown): Complaint[] {
  const list = valueAt(raw, ['alerts']);
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, index): Complaint[] => {
    if (typeof entry !== 'object' || entry === null) return [];
    const path = ['alerts', index];
    const kinds = ['webhook', 'slack'].filter((key) => has(entry, [key]));
    if (kinds.length === 0)
      return [{ path, message: 'names no sink: write webhook: env:N2M_SECRET_ALERT_URL or slack: …' }];
    if (kinds.length > 1) return [{ path, message: 'has webhook and slack; write one entry for each' }];
    if (kinds[0] === 'slack' && has(entry, ['signingKey'])) {
      return [{ path: [...path, 'signingKey'], message: 'goes with webhook; Slack takes no signature' }];
    }
    return [];
  });
}
