import { findPooler } from '../../../src/systems/postgres';
import { pgBouncerTitle, startPgBouncer, withPgBouncer, type PgBouncer } from './pgbouncer';
import { startUpstream, type Upstream } from './upstream';

const OPTIONS = { connectTimeoutMs: 20_000, deadlineMs: 20_000 };
const tls = { mode: 'disable', ca: null } as const;
const host = '127.0.0.1';

let up: Upstream;
beforeAll(async () => {
  up = await startUpstream(18);
  // Somebody's defaults are no pooler's doing.
  await up.sudo('ALTER ROLE owner SET extra_float_digits = 0', `ALTER DATABASE shop SET "DateStyle" = 'German'`);
});
afterAll(() => up?.stop());

const look = (port: number, reachable = { host, port }, password = 'owner-pass') =>
  findPooler({ url: `postgres://owner:${password}@${host}:${port}/shop`, tls }, reachable, OPTIONS);

describe('who answers at an address', () => {
  it('is the server itself', async () => {
    expect(await look(up.port)).toBeNull();
  });

  it('is a pooler by the name that Materialize is given, whoever answers us', async () => {
    const named = { host: 'aws-0-eu-central-1.pooler.supabase.com', port: 5432 };
    expect(await look(up.port, named)).toMatchObject({ product: "Supabase's Supavisor", replicates: true });
  });

  it('cannot be told where nobody answers, or not to us: Materialize says it then', async () => {
    expect(await look(1)).toBeNull();
    expect(await look(up.port, undefined, 'wrong')).toBeNull();
  });
});

withPgBouncer(pgBouncerTitle('PgBouncer, known by what it does with a setting in the startup'), () => {
  const open: PgBouncer[] = [];
  const bouncer = async (settings: Record<string, string>): Promise<number> => {
    const one = await startPgBouncer(up, { owner: 'owner-pass' }, settings);
    open.push(one);
    return one.port;
  };
  afterAll(() => Promise.all(open.map((one) => one.stop())));

  it.each(['transaction', 'session'])('refuses it in pool mode %s', async (mode) => {
    const port = await bouncer({ pool_mode: mode });
    expect(await look(port)).toEqual({
      address: `${host}:${port}`,
      product: 'PgBouncer',
      evidence: 'it answers "unsupported startup parameter: options"',
      direct: null,
      replicates: true,
    });
  });

  it('drops it where it is told to, and gives a session all the same', async () => {
    const port = await bouncer({ ignore_startup_parameters: 'options,extra_float_digits' });
    expect(await look(port)).toMatchObject({ product: null, evidence: expect.stringContaining('drops') as string });
  });

  it('stands in the way of n2m alone where Materialize is given another address', async () => {
    const port = await bouncer({});
    expect(await look(port, { host, port: up.port })).toMatchObject({ address: `${host}:${port}`, replicates: false });
  });
});
