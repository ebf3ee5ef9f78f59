/** Prints one row: name, minimum, median, maximum. */
export function row(name: string, values: number[], unit: string): void {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const text = [at(0), at(0.5), at(1)].map((value) => round(value).padStart(9)).join(' ');
  process.stdout.write(`${name.padEnd(58)} ${text}  ${unit}\n`);
}

export function header(title: string): void {
  process.stdout.write(
    `\n${title}\n${''.padEnd(58)} ${['min', 'median', 'max'].map((word) => word.padStart(9)).join(' ')}\n`,
  );
}

export const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const round = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));
