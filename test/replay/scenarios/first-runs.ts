import { gatePublication, holdUpCopy } from '../../e2e/support/hold-up';
import type { Scenario } from './scenario';

/** A pipeline comes into being, seen while it does: waiting, in a step, in the copy; then what is done with a healthy one. */
export const firstRuns: Scenario = async (life) => {
  const { world } = life;
  await life.begin();
  await life.until('the run to wait', ({ phase }) => phase === 'waiting-for-approval');
  await life.save('replicate-open-waiting');
  await life.n2m(['cancel', world.name]);
  await life.run.result().catch(() => undefined);
  await life.save('replicate-cancelled-while-it-waits');

  await gatePublication(world);
  await life.begin();
  await life.until('the run to wait', ({ phase }) => phase === 'waiting-for-approval');
  await life.n2m(['approve', world.name, '--yes']);
  await life.until('the step that makes the publication', ({ steps }) =>
    steps.some(({ id, state }) => id === 'role' && state === 'running'),
  );
  await life.save('replicate-open-in-a-step');
  const letGo = await holdUpCopy(world);
  await life.until('the copy', ({ phase, snapshot }) => phase === 'snapshotting' && snapshot !== null);
  await life.save('replicate-open-in-the-copy');
  await letGo();
  await life.run.result();
  await life.save('replicate-approved');

  await life.apply();
  await life.save('replicate-nothing-to-do');
  await life.n2m(['rotate', world.name, '--yes']);
  await life.save('rotate');
  await life.n2m(['verify', world.name]);
  await life.saveNewest('verifyReplication', 'verify');
  await life.saveNewest('planReplication', 'plan');
  await life.saveNewest('checkReplication', 'check');
  await life.n2m(['destroy', world.name, '--yes']);
  await life.save('destroy');
};
