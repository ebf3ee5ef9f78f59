import { emptyTally, verifyResult, withFailure, withTable } from '../../../src/core/verify/report';
import type { Difference, VerifyOptions, VerifyResult } from '../../../src/core/verify/types';
import { fakes } from '../../workflows/harness';
import { n2m } from '../support/cli';
import { pipelineFile } from '../support/files';
import { startWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.close());

const empty = emptyTally('shop', '2026-11-22T10:00:00.000Z', 'full');
const table = { table: 'public.orders', how: 'key', rows: 10, more: false, unsettled: 0, partial: false } as const;
const changed: Difference = {
  ...{ table: 'public.orders', key: { id: '7' }, hash: null, what: 'changed' as const },
  columns: [{ column: 'total', upstream: '#aa', materialize: null }],
};
const equal = withTable(empty, { ...table, differing: 0, differences: [], notCompared: [] });
const differs = withTable(empty, {
  ...{ ...table, differing: 30, notCompared: [{ what: 'public.orders.at', why: 'it prints by settings' }] },
  differences: [changed],
});

async function verify(result: VerifyResult, ...args: string[]) {
  const asked: VerifyOptions[] = [];
  const activities = fakes([], {
    verifyTables: ({ spec: _spec, ...options }) => {
      asked.push(options);
      return Promise.resolve(result);
    },
  });
  const ran = await world.withWorker(activities, () =>
    n2m(['verify', 'shop', '--file', '-', ...args], world.env, pipelineFile('shop')),
  );
  return { ...ran, asked };
}

describe('n2m verify', () => {
  it('says equal and ends with 0', async () => {
    const { code, stdout, asked } = await verify(verifyResult(equal, 2));
    expect([code, stdout]).toEqual([0, '✓ equal: 1 table, 10 rows, compared in 2.0 s\n']);
    expect(asked).toEqual([{ tables: [], amount: 'full', cluster: null, showValues: false }]);
  });

  it('names what differs and what was not compared, and ends with 3', async () => {
    const { code, stdout, stderr } = await verify(verifyResult(differs, 2));
    expect([code, stdout]).toEqual([
      3,
      `✗ 30 rows differ of 1 table, 10 rows, compared in 2.0 s
  ≠ public.orders id=7: total is #aa upstream, NULL there
    and 29 more rows
  ? not compared: public.orders.at: it prints by settings
`,
    ]);
    expect(stderr).toContain('next: n2m status shop');
  });

  it('takes what could not be compared for no proof', async () => {
    const { code, stdout } = await verify(
      verifyResult(withFailure(equal, 'public.gone', 'upstream has no such table'), 2),
    );
    expect(code).toBe(3);
    expect(stdout).toContain('! not all could be compared');
    expect(stdout).toContain('not compared: public.gone: upstream has no such table');
  });

  it('hands its options on, and prints one document', async () => {
    const { stdout, asked } = await verify(
      verifyResult(differs, 2),
      ...['--table', 'public.a', '-t', 'public.b', '--sample', '1%', '--cluster', 'c', '--show-values', '-o', 'json'],
    );
    expect(asked).toEqual([
      { tables: ['public.a', 'public.b'], amount: { sample: 0.01 }, cluster: 'c', showValues: true },
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'differs',
      differing: 30,
      differences: [{ key: { id: '7' } }],
    });
  });

  it('refuses a share that is none, and both shares at once', async () => {
    const wrong = await n2m(['verify', 'shop', '--sample', 'half'], world.env);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('half is no share')]);
    const both = await n2m(['verify', 'shop', '--sample', '1%', '--full'], world.env);
    expect(both.code).toBe(2);
  });
});
