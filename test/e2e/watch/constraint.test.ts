import { Watched } from './watched';

jest.setTimeout(300_000);

let watched: Watched;
beforeAll(async () => {
  watched = await Watched.start();
});
afterAll(() => watched?.stop());

it('a UNIQUE constraint dropped upstream: its table is dead for good, and made again without it', async () => {
  await watched.upstream('ALTER TABLE customers DROP CONSTRAINT customers_email_key');
  await watched.untilStatus('customers', 'stalled');
  const { cause } = (await watched.found('table-error', 'critical', 'public.customers')).verdict;
  expect(cause).toMatch(/^public\.customers stands still: .*unique constraint/);
  await watched.repaired();
});
