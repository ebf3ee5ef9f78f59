import type { Plan } from '../../../src/core/plan/types';
import { pgBouncerTitle, startPgBouncer, withPgBouncer, type PgBouncer } from '../../systems/postgres/pgbouncer';
import { roleOf } from '../support/versions';
import { World } from '../support/world';

jest.setTimeout(240_000);

withPgBouncer(pgBouncerTitle('a URL that leads to PgBouncer'), () => {
  let world: World;
  let bouncer: PgBouncer;
  const env: Record<string, string> = {};

  beforeAll(async () => {
    world = await World.start({ neon: { sampleOrders: 50, logicalReplication: true }, env });
    const owner = new URL(world.neon.ownerUrl());
    bouncer = await startPgBouncer(
      { port: Number(owner.port) },
      { [decodeURIComponent(owner.username)]: decodeURIComponent(owner.password) },
      // A session is given, so that only what became of its settings tells.
      { ignore_startup_parameters: 'options' },
    );
    env.N2M_SECRET_POSTGRES_URL = world.neon.ownerUrl().replace(/:\d+\//, `:${bouncer.port}/`);
    await world.startWorker();
  });
  afterAll(async () => {
    await bouncer?.stop();
    await world?.stop();
  });

  it('is refused before anything is changed, with what gave it away and the way out', async () => {
    const role = await roleOf(world);
    const file = await world.write((pipeline) => {
      const { database, tables } = pipeline.source;
      pipeline.source = {
        kind: 'postgres',
        url: 'env:N2M_SECRET_POSTGRES_URL',
        database,
        tables,
        tls: { mode: 'disable' },
        role,
      };
    });
    const planned = await world.n2m(['plan', file, '--output', 'json']);
    const { findings } = JSON.parse(planned.stdout) as Plan;
    const address = `127.0.0.1:${bouncer.port}`;
    expect(findings).toContainEqual({
      code: 'pooled-host',
      severity: 'blocking',
      subject: address,
      sentence: `${address} is a connection pooler (it drops the settings that a session begins with), through which nothing can be replicated`,
      fix: 'name the server itself in the URL of env:N2M_SECRET_POSTGRES_URL: often the same host at another port',
    });
    const applied = await world.n2m(['apply', file, '--yes']);
    expect(applied).toMatchObject({ code: 1, stdout: '' });
    expect(applied.stderr).toContain('is a connection pooler');
    const { rows } = await world.upstream((client) => client.query('SELECT 1 FROM pg_catalog.pg_publication'));
    expect(rows).toEqual([]);
  });
});
