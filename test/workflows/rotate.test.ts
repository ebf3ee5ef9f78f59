import { randomUUID } from 'node:crypto';
import { runId } from '../../src/core/names';
import type { RotateReport } from '../../src/core/repair/rotate-plan';
import type { RunView } from '../../src/core/run/types';
import { fakes, planOf, planStep, spec, startHarness, type Harness } from './harness';
import { lengthWhenQuiet } from './quiet';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

describe('rotateReplication', () => {
  it('changes nothing before it was approved, then the password, then sees the source back', async () => {
    const calls: string[] = [];
    const name = `t-${randomUUID().slice(0, 8)}`;
    const steps = [planStep('rotate', { approval: 'reset-password' }), planStep('reconnect')];
    const activities = fakes(calls, { planRotate: () => Promise.resolve(planOf(name, steps)) });
    const report = await harness.withWorker(activities, async () => {
      const handle = await harness.client.workflow.start('rotateReplication', {
        taskQueue: harness.taskQueue,
        workflowId: runId(name),
        args: [{ spec: spec(name), approved: [] }],
      });
      while ((await handle.query<RunView>('view')).phase !== 'waiting-for-approval') continue;
      expect(calls).toEqual([]);
      await lengthWhenQuiet(handle);
      await handle.executeUpdate('approve', { args: [{ keys: ['reset-password'], by: 'a test' }] });
      return (await handle.result()) as RotateReport;
    });
    expect(calls).toEqual(['rotatePassword', 'reconnectSource']);
    expect(report.proofs).toEqual(['rotatePassword done', 'reconnectSource done']);
  });
});
