export const PERCENTAGE_PATTERN = '^[0-9]{1,3}(\\.[0-9]+)?%$';

/** `70%` to 0.7; null for anything else and outside 0 to 100. */
export function parsePercentage(text: string): number | null {
  if (!new RegExp(PERCENTAGE_PATTERN).test(text)) return null;
  const share = Number(text.slice(0, -1)) / 100;
  return share > 0 && share <= 1 ? Number(share.toFixed(6)) : null;
}

/** 0.7 to `70 %`; a digit after the point only where it says something. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 10 && percent % 1 !== 0 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}
