import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../support/until';
import { STANDBY_ENDS } from '../support/versions';
import { Watched } from './watched';

jest.setTimeout(300_000);

let watched: Watched;
beforeAll(async () => {
  watched = await Watched.start();
});
afterAll(() => watched.stop());

describe('the server upstream is not what it was, each caused for real', () => {
  it('a disk that was put back: terminal, although the slot is there', async () => {
    const { postgres } = watched.world.neon;
    const copy = `${postgres.dataDir}-before`;
    await watched.check();
    await postgres.halt();
    await promisify(execFile)('cp', ['-a', postgres.dataDir, copy]);
    await postgres.start();
    await watched.write();
    await watched.upstream('SELECT pg_switch_wal()');
    await watched.check();
    await postgres.halt();
    await rm(postgres.dataDir, { recursive: true });
    await promisify(execFile)('mv', [copy, postgres.dataDir]);
    await postgres.start();
    await watched.found('server-restored', 'terminal');
    await watched.repaired();
  });

  it('a host that leads to a standby: told as terminal, also once it is the primary again, and repaired', async () => {
    const { postgres } = watched.world.neon;
    const signal = join(postgres.dataDir, 'standby.signal');
    await postgres.halt();
    await writeFile(signal, '');
    await postgres.start({ hot_standby: 'on' });
    const first = await watched.check();
    expect(first.verdict).toMatchObject({
      name: 'broken',
      cause: expect.stringMatching(/leads to a standby/) as string,
    });
    const { told } = await watched.twoChecks();
    expect(told.flatMap(({ symptoms }) => symptoms.map(({ rule }) => rule))).toContain('server-standby');
    const standby = 'let the host lead to the primary; then n2m repair';
    if (STANDBY_ENDS) {
      const verdict = await until(async () => {
        const { verdict } = await watched.check();
        return verdict.severity === 'terminal' ? verdict : undefined;
      }, 'Materialize to notice');
      expect(verdict).toMatchObject({ next: `${standby} ${watched.world.name}` });
      expect(verdict.cause).toMatch(/^the host leads to a standby, perhaps the primary of before a failover/);
      expect((await watched.world.n2m(['repair', watched.world.name, '--yes'])).code).toBe(1);
    }
    await postgres.halt();
    await rm(signal);
    await postgres.start();
    const { verdict } = await watched.check();
    expect(verdict.symptoms.map(({ rule }) => rule)).not.toContain('server-standby');
    if (!STANDBY_ENDS) return;
    expect(verdict.symptoms).toContainEqual(expect.objectContaining({ rule: 'source-restored', severity: 'terminal' }));
    await watched.repaired();
  });
});
