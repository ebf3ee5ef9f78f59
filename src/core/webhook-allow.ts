import { parseIpEntry, type IpRange } from './ip';

/** What the worker's owner allows webhooks to reach besides public addresses by https. */
export interface WebhookAllow {
  /** Names as a URL holds them: lower case, IDNs in ASCII. */
  hosts: string[];
  ranges: IpRange[];
}

/** Not to be had from the internet, or no single host: IANA's special-purpose registries. */
const SPECIAL_V4 = ranges(
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
);
const GLOBAL_V6 = ranges('2000::/3');
/** Inside of it: protocol assignments with Teredo, 6to4 (which holds an IPv4 address), documentation. */
const SPECIAL_V6 = ranges('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20');
/** IPv4 inside of IPv6: mapped, and translated by NAT64. Judged as the IPv4 address, which is where they lead. */
const V4_INSIDE = ranges('::ffff:0:0/96', '64:ff9b::/96');

function ranges(...entries: string[]): IpRange[] {
  return entries.map(parseIpEntry).filter((range) => range !== null);
}

const within = (all: readonly IpRange[], { family, first, last }: IpRange): boolean =>
  all.some((range) => range.family === family && range.first <= first && range.last >= last);

/** One address; null for what is none, such as one with a zone. */
function addressOf(text: string): IpRange | null {
  const range = parseIpEntry(text);
  if (range === null || range.first !== range.last) return null;
  if (!within(V4_INSIDE, range)) return range;
  const value = range.first & 0xffff_ffffn;
  return { family: 4, first: value, last: value };
}

/** Whether an address is one that anybody on the internet reaches. What cannot be read is not. */
export function isPublicAddress(text: string): boolean {
  const address = addressOf(text);
  if (address === null) return false;
  return address.family === 4
    ? !within(SPECIAL_V4, address)
    : within(GLOBAL_V6, address) && !within(SPECIAL_V6, address);
}

/** Whether a connection may go to this address: listed, or public and encrypted. */
export function mayConnect(allow: WebhookAllow, to: { host: string; address: string; encrypted: boolean }): boolean {
  const address = addressOf(to.address);
  if (address === null) return false;
  if (allow.hosts.includes(hostName(to.host)) || within(allow.ranges, address)) return true;
  return to.encrypted && isPublicAddress(to.address);
}

const hostName = (host: string): string => host.toLowerCase().replace(/\.$/, '');

/** Host names, addresses, CIDRs and ranges, separated by commas; what is none of them is returned as wrong. */
export function parseWebhookAllow(text: string): { allow: WebhookAllow; wrong: string[] } {
  const allow: WebhookAllow = { hosts: [], ranges: [] };
  const wrong: string[] = [];
  const entries = text.split(',').map((entry) => entry.trim());
  for (const entry of entries.filter(Boolean)) {
    const range = parseIpEntry(entry);
    const host = range === null ? plainHost(entry) : null;
    if (range !== null) allow.ranges.push(range);
    else if (host !== null) allow.hosts.push(host);
    else wrong.push(entry);
  }
  return { allow, wrong };
}

/** The name as a URL would hold it; null for URLs, ports, patterns and numbers that a URL reads as an address. */
function plainHost(entry: string): string | null {
  if (/[\s/:@?#%*\\[\]]/.test(entry) || !URL.canParse(`http://${entry}`)) return null;
  const { hostname } = new URL(`http://${entry}`);
  return parseIpEntry(hostname) === null ? hostName(hostname) : null;
}
