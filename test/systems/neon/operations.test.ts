import { waitForOperations, type OperationState } from '../../../src/systems/neon/operations';

/** Each id goes through its statuses, one per look, and stays at the last; sleeping moves the clock. */
async function run(statuses: Record<string, string[]>, deadlineMs = 300_000) {
  let now = 0;
  const polls: string[][] = [];
  const looks = new Map<string, number>();
  const look = (id: string): Promise<OperationState> => {
    const count = looks.get(id) ?? 0;
    looks.set(id, count + 1);
    const list = statuses[id] ?? [];
    const status = list[Math.min(count, list.length - 1)] ?? 'finished';
    return Promise.resolve({ id, action: 'apply_config', status, error: status === 'error' ? 'no space' : undefined });
  };
  const operations = Object.keys(statuses).map((id) => ({ id, action: 'apply_config', status: 'scheduling' }));
  await waitForOperations(operations, look, {
    deadlineMs,
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
    onPoll: (open) => polls.push(open.map((one) => `${one.id} ${one.status}`)),
  });
  return { polls, looks, now };
}

it('ends when all are finished or skipped, and tells what is open meanwhile', async () => {
  const { polls, looks } = await run({ a: ['scheduling', 'running', 'finished'], b: ['running', 'skipped'] });
  expect(polls).toEqual([['a scheduling', 'b running'], ['a running']]);
  expect(looks.get('b')).toBe(2);
});

it('waits for nothing when there is nothing to wait for', async () => {
  expect((await run({})).now).toBe(0);
});

it('takes an unknown status for one under way', async () => {
  expect((await run({ a: ['epoch_shift', 'finished'] })).polls).toEqual([['a epoch_shift']]);
});

it.each(['error', 'cancelled'])('%s is a failure at once, with its reason', async (status) => {
  await expect(run({ a: ['running', status] })).rejects.toMatchObject({
    info: { type: 'OperationFailed', retryable: false, code: status },
  });
});

it('names the reason the API gives', async () => {
  await expect(run({ a: ['error'] })).rejects.toThrow('operation apply_config (a) ended as error: no space');
});

it('failed may recover: Neon runs it again', async () => {
  const { now } = await run({ a: ['failed', 'failed', 'running', 'finished'] });
  expect(now).toBe(3_000);
});

it('failed for good is a failure after a while, also when it is asked about for the first time', async () => {
  await expect(run({ a: ['failed'] })).rejects.toMatchObject({ info: { type: 'OperationFailed', code: 'failed' } });
});

it('past the deadline it says what is still open', async () => {
  await expect(run({ a: ['running'] }, 10_000)).rejects.toMatchObject({
    info: { type: 'Timeout', retryable: true, message: expect.stringContaining('apply_config (running)') as string },
  });
});
