import type { Activities } from '../../../src/activities/types';
import { plain } from '../../../src/cli/terminal/paint';
import { renderDoctor, type Diagnosis } from '../../../src/cli/render/doctor';
import type { ExamineActivities, Examination } from '../../../src/core/examine/types';
import { fakes } from '../../workflows/harness';
import { n2m } from '../support/cli';
import { pipelineFile } from '../support/files';
import { startWorld, type World } from '../support/world';
import { version } from '../../../package.json';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.close());

const WELL: Examination = {
  version,
  node: '20.0.0',
  references: [{ ref: 'env:N2M_SECRET_NEON_API_KEY', path: 'source.apiKey', failure: null }],
  source: { ok: true, version: 'PostgreSQL 17.2', user: 'shop_owner', clockAheadMs: 3 },
  materialize: { ok: true, version: 'v26.9.0', user: 'n2m', clockAheadMs: -4 },
};

const saying = (examination: Examination): Activities & ExamineActivities => ({
  ...fakes([]),
  examine: ({ spec }) =>
    Promise.resolve(spec === null ? { ...examination, references: [], source: null, materialize: null } : examination),
});

async function doctor(args: string[], input = ''): Promise<{ code: number | null; lines: Record<string, Diagnosis> }> {
  const { code, stdout } = await n2m(['doctor', ...args, '-o', 'json'], world.env, input);
  const { lines } = JSON.parse(stdout) as { lines: Diagnosis[] };
  return { code, lines: Object.fromEntries(lines.map((line) => [line.what, line])) };
}

describe('n2m doctor', () => {
  it('says that no worker polls and how to start one, and ends with 5', async () => {
    const { code, lines } = await doctor([]);
    expect(code).toBe(5);
    expect(lines).toMatchObject({
      Temporal: { state: 'ok' },
      namespace: { state: 'ok' },
      'search attributes': { state: 'ok' },
      worker: { state: 'wrong', next: expect.stringContaining('npm run worker') as string },
      systems: { state: 'skipped' },
    });
  });

  it('says what a namespace lacks that does not exist', async () => {
    const result = await n2m(['doctor'], { ...world.env, TEMPORAL_NAMESPACE: 'nowhere' });
    expect(result.code).toBe(5);
    expect(result.stdout).toMatch(/✗ namespace .*does not exist/);
    expect(result.stdout).toContain('temporal operator namespace create');
  });

  it('finds all well, with and without a file', async () => {
    await world.withWorker(saying(WELL), async () => {
      const without = await doctor([]);
      expect(without).toMatchObject({ code: 0, lines: { systems: { state: 'skipped' }, version: { state: 'ok' } } });
      const { code, lines } = await doctor(['-'], pipelineFile('shop'));
      expect(code).toBe(0);
      expect(Object.values(lines).filter(({ state }) => state !== 'ok')).toEqual([]);
      expect(lines.source?.detail).toContain('PostgreSQL 17.2, as shop_owner');
    });
  });

  it('says for each thing that is wrong how to mend it, and ends with 3', async () => {
    const failure = { system: 'worker', code: null, retryable: false } as const;
    const ill: Examination = {
      ...WELL,
      version: '0.0.1',
      references: [
        {
          ref: 'env:N2M_SECRET_NEON_API_KEY',
          path: 'source.apiKey',
          failure: { ...failure, type: 'SecretMissing', message: 'it has no value', hint: 'set it' },
        },
      ],
      source: { ok: false, failure: { ...failure, type: 'Unreachable', message: 'refused', hint: null } },
      materialize: { ok: true, version: 'v26.9.0', user: 'n2m', clockAheadMs: 90_000 },
    };
    await world.withWorker(saying(ill), async () => {
      const { code, lines } = await doctor(['-'], pipelineFile('shop'));
      expect(code).toBe(3);
      expect(lines).toMatchObject({
        version: { state: 'warning', detail: expect.stringContaining('0.0.1') as string },
        references: { state: 'wrong', detail: 'source.apiKey: it has no value', next: 'set it' },
        source: { state: 'wrong', detail: 'refused', next: 'n2m explain Unreachable' },
        Materialize: { state: 'ok' },
        clock: { state: 'warning', detail: "Materialize's is 1m 30s ahead of the worker's" },
      });
    });
  });
});

test.each([40, 80, 120])('its lines fit %d columns', (width) => {
  const detail = 'a sentence of some length that does not fit into one line of a narrow terminal';
  const lines = renderDoctor(
    [
      { what: 'search attributes', state: 'wrong', detail, next: detail },
      { what: 'Temporal', state: 'ok', detail, next: null },
    ],
    { paint: plain, width },
  );
  const details = lines.filter((line) => !line.includes('mend:'));
  expect(Math.max(...details.map((line) => line.length))).toBeLessThanOrEqual(width);
  // A command that is cut cannot be copied.
  expect(lines.filter((line) => line.endsWith(`mend: ${detail}`))).toHaveLength(1);
  expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(detail);
});
