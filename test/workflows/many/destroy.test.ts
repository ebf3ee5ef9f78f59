import { randomUUID } from 'node:crypto';
import { inputsEdge } from '../../../src/activities/edges/callers';
import { referableDestroy } from '../../../src/activities/plan/fingerprint';
import { writeAdded, type Added } from '../../../src/core/destroy/added';
import { planDestruction } from '../../../src/core/destroy/plan';
import type { DestroyInput, DestroyPlan, DestroyReport } from '../../../src/core/destroy/types';
import { runId } from '../../../src/core/names';
import { REMOVALS } from '../../../src/core/objects';
import type { PlannedTable } from '../../../src/core/plan/types';
import { orders, source, target } from '../../core/destroy/look';
import { storedBy } from '../../../local/temporal/stored';
import { fakes, startHarness, type Harness } from '../harness';
import { file, tablesOf } from './file';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const KIB = 1024;
const COUNT = 10_000;

/** What a run recorded of so many tables. */
const recordedOf = (tables: PlannedTable[]): Added[] => [
  ...tables.map(({ schema, name }) => ({
    ...{ kind: 'identity' as const, schema, name, before: 'default' as const, index: null, publishedBy: [] },
  })),
  ...tables.map(({ schema, name }) => ({ kind: 'select' as const, role: 'materialize', schema, name })),
];

/** As the worker's own activity decides it; the fixtures are of a pipeline shop. */
function decided(pipeline: string, tables: PlannedTable[], leaveUpstream: boolean): DestroyPlan {
  const spec = file('shop', tables);
  const recorded = recordedOf(tables);
  const found = target();
  const children = tables.map(({ schema, name }, at) => ({
    ...{ id: `u${at + 100}`, kind: 'table' as const, schema: 'shop', name, upstream: { schema, name } },
  }));
  const upstream = source(recorded.map(writeAdded), {
    tables: tables.map(({ name }) => ({ ...orders([spec.source.publication]), name })),
    held: recorded.filter(({ kind }) => kind === 'select'),
  });
  const plan = planDestruction({
    ...{ spec, leaveUpstream, known: null, watch: { exists: true, paused: false, current: true } },
    target: { ...found, source: { ...found.source!, children } },
    source: upstream,
  });
  return { ...plan, pipeline };
}

describe('a destroy of 10,000 tables that a file lists', () => {
  it.each([false, true])(
    'stores no payload over 256 KiB (upstream left: %s)',
    async (leaveUpstream) => {
      const pipeline = `t-${randomUUID().slice(0, 8)}`;
      const tables = tablesOf(COUNT);
      const spec = file(pipeline, tables);
      const plan = decided(pipeline, tables, leaveUpstream);
      const seen: { added: number; listed: number }[] = [];
      const listed = ({ source: { tables: selection } }: DestroyInput['spec']) =>
        selection.kind === 'list' ? selection.tables.length : NaN;
      const looks: number[] = [];
      const removals = Object.fromEntries(
        [...new Set(REMOVALS.map(({ activity }) => activity))].map((name) => [
          name,
          (input: DestroyInput) => {
            seen.push({ added: input.plan.known.added.length, listed: listed(input.spec) });
            return Promise.resolve({ outcome: 'dropped', object: name, sentence: 'gone' });
          },
        ]),
      );
      const activities = fakes([], {
        ...removals,
        planDestroy: (input) => {
          expect(listed(input.spec)).toBe(COUNT);
          looks.push(input.known?.added.length ?? 0);
          const gone = { ...plan, steps: plan.steps.map((step) => ({ ...step, fate: 'absent' as const, run: [] })) };
          return Promise.resolve(referableDestroy(input.spec, looks.length === 1 ? plan : gone));
        },
      });
      const edge = inputsEdge({ workflows: harness.client.workflow, taskQueue: harness.taskQueue });
      const handle = await harness.client.workflow.start('destroyReplication', {
        ...{ taskQueue: harness.taskQueue, workflowId: runId(pipeline) },
        args: [{ spec, approved: ['destroy'], leaveUpstream }],
      });
      const report = (await harness.withWorker(activities, () => handle.result(), [edge])) as DestroyReport;
      expect(report.leftBehind).toBe(0);
      expect(looks).toEqual([0, 2 * COUNT]);
      expect(seen.length).toBeGreaterThan(leaveUpstream ? 4 : 9);
      for (const one of seen) expect(one).toEqual({ added: 2 * COUNT, listed: COUNT });

      const stored = await storedBy(handle);
      expect(stored.largest).toBeLessThan(256 * KIB);
      const asked = stored.payloads.filter(({ event }) => event === 'activityTaskScheduled').map(({ bytes }) => bytes);
      // The first look alone takes the whole file.
      expect(asked.filter((bytes) => bytes > 8 * KIB)).toHaveLength(1);
    },
    240_000,
  );
});
