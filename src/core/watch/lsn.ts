/** Positions in the WAL. */

/** Bytes of WAL from one LSN (`16/B374D848`) to another; null when one cannot be read. */
export function lsnDistance(from: string, to: string): bigint | null {
  const [start, end] = [parseLsn(from), parseLsn(to)];
  return start === null || end === null ? null : end - start;
}

function parseLsn(text: string): bigint | null {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  return match ? (BigInt(`0x${match[1] ?? ''}`) << 32n) + BigInt(`0x${match[2] ?? ''}`) : null;
}
