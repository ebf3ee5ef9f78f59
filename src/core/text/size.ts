const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

export const SIZE_PATTERN = '^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)$';

/** `1GiB`, `512 MiB`, `2GB` to bytes; null for anything else. */
export function parseSize(text: string): number | null {
  if (!new RegExp(SIZE_PATTERN).test(text)) return null;
  const unit = text.replace(/[^A-Za-z]/g, '');
  const binary = (BINARY as readonly string[]).indexOf(unit);
  const factor = binary >= 0 ? 1024 ** binary : 1000 ** (DECIMAL as readonly string[]).indexOf(unit);
  const bytes = Math.round(Number.parseFloat(text) * factor);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** Bytes for people: `0 B`, `1.5 KiB`, `23 GiB`. Takes decimal strings, as counters may exceed 2^53. */
export function formatBytes(bytes: number | string): string {
  let value = Number(bytes);
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < BINARY.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 10 ? 0 : 1;
  return `${value.toFixed(digits)} ${BINARY[unit] ?? 'B'}`;
}
