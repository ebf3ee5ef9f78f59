import { gatePublication, holdUpCopy } from '../../e2e/support/hold-up';
import type { Scenario } from './scenario';

/** Somebody stops a run in its first copy, which leaves the scheduled check behind. */
export const stoppedCopy: Scenario = async (life) => {
  const { world } = life;
  await gatePublication(world);
  await life.begin();
  await life.until('the run to wait', ({ phase }) => phase === 'waiting-for-approval');
  await life.n2m(['approve', world.name, '--yes']);
  const letGo = await holdUpCopy(world);
  await life.until('the copy', ({ phase, snapshot }) => phase === 'snapshotting' && snapshot !== null);
  await life.n2m(['cancel', world.name]);
  await life.run.result().catch(() => undefined);
  await letGo();
  await life.save('replicate-cancelled-in-the-copy');
};
