import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { DEADLINE } from '../core/budgets';
import { mayConnect, type WebhookAllow } from '../core/webhook-allow';

export interface WebhookMessage {
  method: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

export interface Webhooks {
  /** Fulfilled once the receiver said 2xx. The text of an error never quotes the URL, which is a secret. */
  call(url: string, message: WebhookMessage): Promise<void>;
  /** Whether it would be called at all; asks the name service, not the receiver. */
  check(url: string): Promise<void>;
}

export interface WebhookOptions {
  allow: WebhookAllow;
  /** Of the whole exchange, milliseconds. */
  deadlineMs?: number;
  lookup?: typeof dnsLookup;
  /** A certificate authority besides those Node trusts. */
  ca?: string;
}

const MOST_HEADER_BYTES = 16_384;
/** Answers before the answer (100, 103); more than a proxy or two has no reason. */
const MOST_INTERIM = 8;

/** Why a webhook was not told; fit for logs, whoever it was that answered. */
export class WebhookError extends Error {}

const NOT_PUBLIC = 'its host has no public address; list host or address in N2M_WEBHOOK_ALLOW of the worker';
const NOT_HTTPS = 'it is not https; list its host in N2M_WEBHOOK_ALLOW of the worker to allow that';

/**
 * Calls webhooks and pings. Whoever answers is a stranger: only the status is read and the connection is closed without
 * the body, redirects are answers like any other, and the connection goes to the very address that was looked up and found
 * allowed. So nobody outside can use the worker to reach what only the worker reaches.
 */
export function createWebhooks(options: WebhookOptions): Webhooks {
  const { allow, deadlineMs = DEADLINE.webhook, lookup = dnsLookup, ca } = options;

  const refusal = (target: URL) => new WebhookError(`is not called: ${encrypted(target) ? NOT_PUBLIC : NOT_HTTPS}`);

  function permitted(target: URL, addresses: LookupAddress[]): LookupAddress[] {
    const host = target.hostname;
    return addresses.filter(({ address }) => mayConnect(allow, { host, address, encrypted: encrypted(target) }));
  }

  /** In the place of Node's own: what it answers is what is connected to, so there is no second look-up to be fooled. */
  const lookupFor =
    (target: URL): LookupFunction =>
    (host, how, done) => {
      lookup(host, { ...how, all: true }, (error, found) => {
        if (error) return done(error, []);
        const [first, ...rest] = permitted(target, found);
        if (first === undefined) return done(refusal(target), []);
        if (how.all) done(null, [first, ...rest]);
        else done(null, first.address, first.family);
      });
    };

  function targetOf(url: string): URL {
    const target = URL.canParse(url) ? new URL(url) : null;
    if (target === null || !['http:', 'https:'].includes(target.protocol))
      throw new WebhookError('is not called: its value is no URL with https');
    // Nothing is looked up for an address, so it has to be judged here.
    const literal = addressIn(target);
    if (literal !== null && permitted(target, [literal]).length === 0) throw refusal(target);
    return target;
  }

  return {
    async call(url, { method, headers = {}, body }) {
      const target = targetOf(url);
      const status = await new Promise<number>((resolve, reject) => {
        const request = (encrypted(target) ? requestHttps : requestHttp)(target, {
          ...{ method, headers: { ...headers, ...(body === undefined ? {} : { 'content-length': length(body) }) } },
          ...{ lookup: lookupFor(target), ca, agent: false, maxHeaderSize: MOST_HEADER_BYTES },
          signal: AbortSignal.timeout(deadlineMs),
        });
        let interim = 0;
        request.on('information', () => {
          interim += 1;
          if (interim > MOST_INTERIM) request.destroy(new WebhookError('did not come to an answer'));
        });
        request.once('upgrade', (_answer, socket) => {
          socket.destroy();
          resolve(101);
        });
        request.once('response', (answer) => {
          answer.on('error', () => undefined);
          answer.destroy();
          resolve(answer.statusCode ?? 0);
        });
        request.on('error', reject);
        request.end(body);
      }).catch((error: unknown) => {
        throw told(error, deadlineMs);
      });
      if (status >= 300 && status < 400) throw new WebhookError(`answered ${status}: redirects are not followed`);
      if (status < 200 || status > 299) throw new WebhookError(`answered ${status}`);
    },

    async check(url) {
      const target = targetOf(url);
      if (addressIn(target) !== null) return;
      await new Promise<void>((resolve, reject) =>
        lookupFor(target)(target.hostname, { all: true }, (error) => (error ? reject(error) : resolve())),
      ).catch((error: unknown) => {
        throw told(error, deadlineMs);
      });
    },
  };
}

const encrypted = ({ protocol }: URL): boolean => protocol === 'https:';
const length = (body: string): number => Buffer.byteLength(body);

/** The address a URL names in place of a host, in whatever notation it was written: URL has made it the usual one. */
function addressIn({ hostname }: URL): LookupAddress | null {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(address);
  return family === 0 ? null : { address, family };
}

/** Only codes of Node's own: messages may quote the URL, or what the other side wrote. */
function told(error: unknown, deadlineMs: number): WebhookError {
  if (error instanceof WebhookError) return error;
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === 'AbortError') return new WebhookError(`did not answer within ${deadlineMs / 1000} s`);
  return new WebhookError(typeof code === 'string' ? `cannot be reached (${code})` : 'cannot be reached');
}
