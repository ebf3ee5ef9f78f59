const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const DURATION_PATTERN = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$';

/** `500ms`, `90s`, `1m`, `1h30m`, `7d` to milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  if (!new RegExp(DURATION_PATTERN).test(text)) return null;
  const amounts = text.match(/[0-9.]+/g) ?? [];
  const units = (text.match(/[a-z]+/g) ?? []) as (keyof typeof UNITS)[];
  const total = units.reduce((sum, unit, index) => sum + Number(amounts[index]) * UNITS[unit], 0);
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : null;
}

/**
 * Milliseconds for people, the two largest units: `850 ms`, `4.2 s`, `42 s`, `3m 20s`, `2h 05m`, `3d 4h`.
 * Below ten seconds a digit after the point stays, above it would only flicker.
 */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** Milliseconds as the file writes them: `1m`, `90s`, `1h30m` becomes `90m`; parses back to the same number. */
export function writeDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms > 0 && ms % UNITS[unit] === 0) return `${ms / UNITS[unit]}${unit}`;
  }
  return `${ms}ms`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
