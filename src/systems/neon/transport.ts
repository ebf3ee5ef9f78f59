import { setTimeout as wait } from 'node:timers/promises';
import { systemError, toSystemError } from '../errors';
import type { NeonOptions } from './types';

const REQUEST_TIMEOUT_MS = 30_000;
/** Neon's operations take seconds, and others' are in the way: 423 is answered for as long as one runs. */
const RETRY_BUDGET_MS = 120_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Nothing was carried out: safe to send again, whatever the method. */
const NOT_EXECUTED = new Set([423, 429, 503]);

/** Seconds or an HTTP date, as milliseconds from now; null when there is none. */
function retryAfter(answer: Response, now: number): number | null {
  const header = answer.headers.get('retry-after');
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/**
 * `fetch` with what is always safe to repeat, within a budget: requests that were not carried out, and lost answers to
 * reads. There is no idempotency key, so a lost answer to a change surfaces: its caller looks before it sends again.
 */
export function createTransport(options: NeonOptions): (request: Request) => Promise<Response> {
  const send = options.fetch ?? globalThis.fetch;
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const { signal } = options;
  const sleep = options.sleep ?? ((ms: number) => wait(ms, undefined, { signal }));
  const timeout = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const budget = options.retryBudgetMs ?? RETRY_BUDGET_MS;
  const where = new URL(options.baseUrl).host;

  async function once(request: Request): Promise<Response | Error> {
    const { method } = request;
    if (method !== 'GET') await options.beforeChange?.();
    if (!options.traced) return sent(request);
    return options.traced({ system: 'neon', kind: method, host: new URL(options.baseUrl).hostname }, () =>
      sent(request),
    );
  }

  async function sent(request: Request): Promise<Response | Error> {
    const limit = AbortSignal.timeout(timeout);
    try {
      return await send(request.clone(), { signal: signal ? AbortSignal.any([limit, signal]) : limit });
    } catch (error) {
      if (signal?.aborted) {
        const message = `${where}: given up because the caller was cancelled`;
        throw systemError('Timeout', 'neon', message, { retryable: true });
      }
      if (limit.aborted) {
        return systemError('Timeout', 'neon', `${where}: no answer within ${timeout / 1000} s`, { retryable: true });
      }
      return toSystemError(error, 'neon', where);
    }
  }

  return async (request) => {
    const isRead = request.method === 'GET';
    const start = now();
    for (let attempt = 0; ; attempt += 1) {
      const answer = await once(request);
      const failed = answer instanceof Error;
      const again = failed ? isRead : NOT_EXECUTED.has(answer.status) || (isRead && answer.status >= 500);
      const asked = failed ? null : retryAfter(answer, now());
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
      // Jitter spreads callers; what the server asks for is never shortened.
      const delay = Math.max(asked ?? 0, pause * (0.5 + random() / 2));
      if (!again || now() - start + delay > budget) {
        if (failed) throw answer;
        return answer;
      }
      if (!failed) await answer.body?.cancel();
      await sleep(delay);
    }
  };
}
