import { readdir } from 'node:fs/promises';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import type { DestroyReport } from '../../src/core/destroy/types';
import { catalogs } from './compare';
import { World, type Mode } from './world';

/** Each thing that destroy changes, in its order. */
const CHANGES = {
  api: [
    '^COMMENT ON PUBLICATION .*slot',
    '^DROP SOURCE',
    '^DROP CONNECTION',
    '^DROP SECRET',
    '^DROP CLUSTER',
    '^DROP SCHEMA',
    '^ALTER PUBLICATION .* DROP TABLE',
    'REPLICA IDENTITY DEFAULT',
    '^DELETE .*/roles/',
    '^PATCH .*projects',
    '^DROP PUBLICATION',
  ],
  sql: ['^DROP SOURCE', '^REVOKE SELECT', '^ALTER DEFAULT PRIVILEGES .* REVOKE', '^DROP ROLE'],
};

const EGRESS = '203.0.113.0/24';
const OFFICE = '198.51.100.7';

let materialize: MaterializeServer;
beforeAll(async () => (materialize = await startMaterialize({ speed: 20, egressIps: [EGRESS] })), 60_000);
afterAll(() => materialize.stop());

/** A privilege given and taken back leaves the owner's own in the list, where there was none before. */
function comparable(all: unknown): unknown {
  const text = JSON.stringify(all, (key, value: unknown) => {
    if (key === 'enable_logical_replication') return undefined;
    return key === 'relacl' && /^\{(\w+)=[a-zA-Z]+\/\1\}$/.test(String(value)) ? null : value;
  });
  return JSON.parse(text);
}

async function world(role: 'api' | 'sql'): Promise<{ world: World; before: unknown }> {
  const made = await World.start({ sharedMaterialize: materialize, neon: { sampleOrders: 200 } });
  made.neon.changeSettings({ allowed_ips: { ips: [OFFICE], protected_branches_only: false } });
  const before = comparable(await catalogs(made));
  const worker = await made.startWorker();
  const file = await made.write(({ source }) => {
    if (role === 'sql') source.role = { name: `mz_${made.name}`, via: 'sql' };
  });
  const applied = await made.n2m(['apply', file, '--yes']);
  expect({ code: applied.code, stderr: applied.code === 0 ? '' : applied.stderr }).toEqual({ code: 0, stderr: '' });
  expect(made.neon.settings().allowed_ips?.ips).toEqual([OFFICE, EGRESS]);
  worker.kill('SIGTERM');
  await new Promise((resolve) => worker.once('exit', resolve));
  return { world: made, before };
}

describe('destroy, with a worker that dies or loses an answer at each change', () => {
  it.each<[Mode, 'api' | 'sql']>([
    ['kill-before', 'api'],
    ['kill-after', 'api'],
    ['lose-answer', 'api'],
    ['kill-after', 'sql'],
  ])(
    '%s, role by %s: both catalogs are as before the first apply',
    async (mode, role) => {
      const { world: made, before } = await world(role);
      try {
        const strikes = CHANGES[role].map((pattern) => ({ pattern, mode }));
        await made.keepWorker({ strikes, markers: made.dir });
        const { code, stdout, stderr } = await made.n2m(['destroy', made.name, '--yes', '--output', 'json']);
        expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
        expect((JSON.parse(stdout) as DestroyReport).leftBehind).toBe(0);
        const struck = (await readdir(made.dir)).filter((name) => name.startsWith('struck-'));
        expect(struck).toHaveLength(strikes.length);
        expect(comparable(await catalogs(made))).toEqual(before);
      } finally {
        await made.stop();
      }
    },
    600_000,
  );
});
