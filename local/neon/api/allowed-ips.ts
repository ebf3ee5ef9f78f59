import { isIP } from 'node:net';
import { badRequest } from './errors';
import { boolean, object } from './request';
import type { AllowedIps } from './types';

/** One address, a range `a-b`, or a CIDR block: the three forms Neon takes. */
function isEntry(text: string): boolean {
  const range = text.split('-');
  if (range.length === 2) {
    const families = range.map((part) => isIP(part.trim()));
    return families[0] !== 0 && families[0] === families[1];
  }
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** Reads `allowed_ips` of a PATCH. It replaces what was there as a whole: a key left out goes back to its default. */
export function parseAllowedIps(value: unknown): AllowedIps {
  const given = object(value, 'allowed_ips');
  const ips = given.ips ?? [];
  if (!Array.isArray(ips) || !ips.every((ip) => typeof ip === 'string'))
    throw badRequest('ips must be a list of texts');
  const wrong = ips.filter((ip) => !isEntry(ip));
  if (wrong.length > 0) throw badRequest(`invalid IP address, range or CIDR block: ${wrong.join(', ')}`);
  return {
    ips: [...ips],
    protected_branches_only: boolean(given.protected_branches_only ?? false, 'protected_branches_only'),
  };
}
