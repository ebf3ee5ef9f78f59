/** Entries of an IP allow list: an address, a CIDR, or a range `first-last`; IPv4 and IPv6. */

export interface IpRange {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

const V4_BITS = 32;
const V6_BITS = 128;

function parseV4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | null {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return null;
  const groupsOf = (side: string): bigint[] | null => {
    if (side === '') return [];
    const groups: bigint[] = [];
    const parts = side.split(':');
    for (const [index, part] of parts.entries()) {
      const v4 = index === parts.length - 1 && part.includes('.') ? parseV4(part) : null;
      if (v4 !== null) groups.push(v4 >> 16n, v4 & 0xffffn);
      else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
      else return null;
    }
    return groups;
  };
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  if (left === null || right === null) return null;
  const filled = 8 - left.length - right.length;
  if (tail === undefined ? filled !== 0 : filled < 1) return null;
  const groups = [...left, ...new Array<bigint>(filled).fill(0n), ...right];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

function parseAddress(text: string): { family: 4 | 6; value: bigint } | null {
  const v4 = parseV4(text);
  if (v4 !== null) return { family: 4, value: v4 };
  const v6 = parseV6(text);
  return v6 === null ? null : { family: 6, value: v6 };
}

/** The addresses an entry stands for; null when it cannot be read. Host bits of a CIDR are ignored. */
export function parseIpEntry(entry: string): IpRange | null {
  const text = entry.trim();
  const [from, to, tooMuch] = text.split('-').map((part) => part.trim());
  if (to !== undefined) {
    const first = parseAddress(from ?? '');
    const last = parseAddress(to);
    if (tooMuch !== undefined || first === null || last === null) return null;
    if (first.family !== last.family || first.value > last.value) return null;
    return { family: first.family, first: first.value, last: last.value };
  }
  const [address = '', prefix, extra] = text.split('/');
  const parsed = parseAddress(address);
  if (parsed === null || extra !== undefined) return null;
  const bits = parsed.family === 4 ? V4_BITS : V6_BITS;
  if (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)) return null;
  const hosts = BigInt(bits - Number(prefix ?? bits));
  const first = (parsed.value >> hosts) << hosts;
  return { family: parsed.family, first, last: first + (1n << hosts) - 1n };
}

/** Whether one of the entries allows all that `wanted` stands for. An entry that cannot be read allows only its own text. */
export function isAllowed(entries: readonly string[], wanted: string): boolean {
  if (entries.some((entry) => entry.trim() === wanted.trim())) return true;
  const range = parseIpEntry(wanted);
  if (range === null) return false;
  return entries.some((entry) => {
    const allowed = parseIpEntry(entry);
    return (
      allowed !== null && allowed.family === range.family && allowed.first <= range.first && allowed.last >= range.last
    );
  });
}

/** What must be added to a list in use so that all of `wanted` is allowed, without what is covered already. */
export function missingEntries(entries: readonly string[], wanted: readonly string[]): string[] {
  return wanted.filter((entry, index) => !isAllowed([...entries, ...wanted.slice(0, index)], entry));
}
