/** 1234567 to `1,234,567`, the same in every locale. */
export function formatCount(count: number): string {
  const text = String(Math.round(Math.abs(count)));
  if (!/^\d+$/.test(text)) return String(Math.round(count));
  const groups: string[] = [];
  for (let end = text.length; end > 0; end -= 3) groups.unshift(text.slice(Math.max(0, end - 3), end));
  return (count <= -0.5 ? '-' : '') + groups.join(',');
}

/** Rows and rates where room is short: `950`, `12.3k`, `4.5M`, `2.1G`. */
export function formatShort(count: number): string {
  const units = ['', 'k', 'M', 'G'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)}${units[unit] ?? ''}`;
}

/** `1 table`, `3 tables`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`;
}
