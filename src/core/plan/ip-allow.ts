/** An inclusive range of addresses of one family. */
interface Range {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

/** Egress blocks of Materialize that no entry of Neon's list covers. What cannot be read covers nothing. */
export function missingEgress(allowed: string[], egress: string[]): string[] {
  const ranges = allowed.map(parseRange).filter((range) => range !== null);
  return [...new Set(egress)].filter((cidr) => {
    const wanted = parseRange(cidr);
    if (wanted === null) return !allowed.includes(cidr);
    return !ranges.some((r) => r.family === wanted.family && r.first <= wanted.first && wanted.last <= r.last);
  });
}

/** `203.0.113.5`, `203.0.113.0/24`, `198.51.100.20-198.51.100.50`, and the same in IPv6; null for anything else. */
export function parseRange(text: string): Range | null {
  const [from = '', to, ...more] = text.trim().split('-');
  if (more.length > 0) return null;
  if (to !== undefined) return span(parseAddress(from), parseAddress(to));
  const [base = '', prefix, ...rest] = from.split('/');
  const address = parseAddress(base);
  if (address === null || rest.length > 0) return null;
  if (prefix === undefined) return span(address, address);
  const width = address.family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > width) return null;
  const size = 1n << BigInt(width - Number(prefix));
  const first = (address.value / size) * size;
  return { family: address.family, first, last: first + size - 1n };
}

interface Address {
  family: 4 | 6;
  value: bigint;
}

function span(first: Address | null, last: Address | null): Range | null {
  if (first === null || last === null || first.family !== last.family || first.value > last.value) return null;
  return { family: first.family, first: first.value, last: last.value };
}

function parseAddress(text: string): Address | null {
  const plain = text.trim();
  return plain.includes(':') ? parseV6(plain) : parseV4(plain);
}

function parseV4(text: string): Address | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return null;
  return { family: 4, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
}

function parseV6(text: string): Address | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const gap = halves.length === 2 ? 8 - head.length - tail.length : 0;
  if (gap < 0) return null;
  const groups = [...head, ...Array.from({ length: gap }, () => '0'), ...tail];
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return { family: 6, value: groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n) };
}
