import { Attacked } from '../attacks/start-workflows/started';

let attacked: Attacked;
beforeAll(async () => {
  attacked = await Attacked.start();
}, 120_000);
afterAll(() => attacked?.stop());

it('a plan warns where nobody checks who answers for Materialize, and not where it is this machine', async () => {
  const warned = async (): Promise<string[]> => {
    const { findings } = await attacked.call('makePlan', { spec: attacked.spec() });
    return findings.filter(({ code }) => code === 'tls-unverified').map(({ subject }) => subject);
  };
  expect(await warned()).toEqual(['127.0.0.1']);
  const url = new URL(attacked.materialize.url);
  // Leads to this machine, and is no address of it.
  url.hostname = '0.0.0.0';
  url.search = '?sslmode=disable';
  attacked.env.N2M_SECRET_MATERIALIZE_URL = url.href;
  expect(await warned()).toEqual(['127.0.0.1', '0.0.0.0']);
});
