import { createTransport } from '../../../src/systems/neon/transport';

type Step = number | { status: number; retryAfter: string } | Error;

/** A server that answers with these one after the other (the last for ever), and a clock that sleeping moves. */
function setUp(
  steps: Step[],
  more: { retryBudgetMs?: number; signal?: AbortSignal; beforeChange?: () => Promise<void> } = {},
) {
  const sent: Request[] = [];
  const slept: number[] = [];
  let now = 1_000_000;
  const transport = createTransport({
    baseUrl: 'https://neon.example/api/v2',
    apiKey: 'key',
    now: () => now,
    random: () => 1,
    sleep: (ms) => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
    fetch: (request) => {
      const step = steps[Math.min(sent.length, steps.length - 1)];
      sent.push(request as Request);
      if (step instanceof Error) return Promise.reject(step);
      const status = typeof step === 'number' ? step : (step?.status ?? 200);
      const headers = typeof step === 'object' ? { 'retry-after': step.retryAfter } : undefined;
      return Promise.resolve(new Response(status === 204 ? null : '{}', { status, headers }));
    },
    ...more,
  });
  const call = (method: string) =>
    transport(new Request('https://neon.example/api/v2/x', { method, body: method === 'GET' ? undefined : '{"a":1}' }));
  return { call, sent, slept };
}

const reset = (): Error =>
  Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
  });

describe('what is always safe to repeat', () => {
  it.each([
    ['POST', 423],
    ['PATCH', 503],
    ['DELETE', 429],
    ['GET', 500],
    ['GET', 502],
  ])('%s after %i is sent again with its body', async (method, status) => {
    const { call, sent } = setUp([status, status, 200]);
    expect((await call(method)).status).toBe(200);
    expect(sent).toHaveLength(3);
    if (method !== 'GET') expect(await sent[2]?.text()).toBe('{"a":1}');
  });

  it('a read whose answer was lost is sent again', async () => {
    const { call, sent } = setUp([reset(), 200]);
    expect((await call('GET')).status).toBe(200);
    expect(sent).toHaveLength(2);
  });

  it('waits longer each time, up to ten seconds, within the budget', async () => {
    const { call, slept } = setUp([423], { retryBudgetMs: 60_000 });
    expect((await call('POST')).status).toBe(423);
    expect(slept.slice(0, 6)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000]);
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(60_000);
    expect(slept.length).toBeGreaterThan(8);
  });

  it('never shortens what the server asks for, as seconds or as a date', async () => {
    const seconds = setUp([{ status: 429, retryAfter: '7' }, 200]);
    await seconds.call('POST');
    expect(seconds.slept).toEqual([7_000]);
    const date = setUp([{ status: 503, retryAfter: new Date(1_000_000 + 9_000).toUTCString() }, 200]);
    await date.call('POST');
    expect(date.slept).toEqual([9_000]);
    const tooLong = setUp([{ status: 429, retryAfter: '3600' }, 200]);
    expect((await tooLong.call('POST')).status).toBe(429);
    expect(tooLong.slept).toEqual([]);
  });
});

describe('what is not', () => {
  it.each(['POST', 'PATCH', 'DELETE'])('a %s whose answer was lost surfaces at once', async (method) => {
    const { call, sent } = setUp([reset(), 200]);
    await expect(call(method)).rejects.toMatchObject({
      info: { type: 'Unreachable', code: 'ECONNRESET', retryable: true },
    });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['POST', 500],
    ['POST', 504],
    ['GET', 404],
    ['PATCH', 400],
  ])('%s answered %i is not sent again', async (method, status) => {
    const { call, sent } = setUp([status, 200]);
    expect((await call(method)).status).toBe(status);
    expect(sent).toHaveLength(1);
  });

  it('a read that is refused for ever surfaces when the budget is spent', async () => {
    const { call, sent } = setUp([reset()], { retryBudgetMs: 10_000 });
    await expect(call('GET')).rejects.toMatchObject({ info: { type: 'Unreachable' } });
    expect(sent.length).toBeGreaterThan(3);
  });

  it('gives up at once when the caller is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const { call } = setUp([reset()], { signal: controller.signal });
    await expect(call('GET')).rejects.toMatchObject({ info: { type: 'Timeout' } });
  });
});

it('an answer that does not come is a Timeout: the outcome is unknown', async () => {
  const transport = createTransport({
    baseUrl: 'https://neon.example',
    apiKey: 'key',
    requestTimeoutMs: 20,
    fetch: (_request, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
  });
  await expect(transport(new Request('https://neon.example/x', { method: 'POST' }))).rejects.toMatchObject({
    info: { type: 'Timeout', retryable: true },
  });
});

describe('before a change', () => {
  it('asks each time it sends one, and never before a read', async () => {
    let asked = 0;
    const beforeChange = () => Promise.resolve(void (asked += 1));
    const { call, sent } = setUp([423, 200], { beforeChange });
    await call('POST');
    expect([asked, sent.length]).toEqual([2, 2]);
    await call('GET');
    expect(asked).toBe(2);
  });

  it('sends nothing where the answer is no', async () => {
    const { call, sent } = setUp([200], { beforeChange: () => Promise.reject(new Error('given up')) });
    await expect(call('DELETE')).rejects.toThrow('given up');
    expect(sent).toEqual([]);
  });
});
