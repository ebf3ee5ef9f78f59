import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isAllowed } from '../core/ip';

/** Who may ask the codec server. */
export interface Admission {
  /** The one origin whose pages may ask. */
  uiOrigin: string;
  /** Names besides loopback's under which it is asked, in lower case. */
  hosts: readonly string[];
  /** What everybody who asks has to bring; null: nothing. */
  token: string | null;
}

/** What a request is refused with. */
export interface Refusal {
  status: 401 | 403;
  message: string;
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether the page that asks, and the name it asks under, may do so. A page of a stranger's can have its own name lead to this
 * machine, and is then of the same origin as what it asks: only the name in `Host` gives it away.
 */
export function refusedPage({ uiOrigin, hosts }: Admission, headers: IncomingHttpHeaders): Refusal | null {
  const [, host = ''] = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d{1,5})?$/i.exec(headers.host ?? '') ?? [];
  if (![...LOOPBACK_NAMES, ...hosts].includes(host.toLowerCase())) {
    return { status: 403, message: 'asked under a name that is not served: start with --host <name>' };
  }
  if (headers.origin !== undefined && headers.origin !== uiOrigin) {
    return { status: 403, message: `pages of this origin may not ask: start with --ui-origin ${uiOrigin}` };
  }
  return null;
}

/**
 * The rest of the path, once the token was shown: as `Authorization: Bearer`, which is what `temporal --codec-auth` sends, or
 * first in the path, as Temporal's UI sends no header of people's own, and its login's only by https.
 */
export function admittedPath(
  { token }: Admission,
  headers: IncomingHttpHeaders,
  path: string,
): { path: string } | Refusal {
  if (token === null) return { path };
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined && same(bearer, token)) return { path };
  const [, first = '', rest = ''] = /^\/([^/]+)(\/.*)$/.exec(path) ?? [];
  if (same(first, token)) return { path: rest };
  return { status: 401, message: 'the token of N2M_CODEC_TOKEN is missing: Authorization: Bearer <token>' };
}

/** In the same time whatever differs, and wherever. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** Whether nobody but this machine reaches what listens there. */
export const isLoopback = (address: string): boolean =>
  address === 'localhost' || isAllowed(['127.0.0.0/8', '::1'], address);
