import { up } from '../../e2e/support/live';
import { refusePublications } from './broken';
import type { Scenario } from './scenario';

/** The same through the codec, whose workflows also put the texts of failures into payloads. */
export const encryptedLife: Scenario = async (life) => {
  const { world } = life;
  await refusePublications(life);
  await life.begin();
  await life.until('the run to wait', ({ phase }) => phase === 'waiting-for-approval');
  await life.save('encrypted-replicate-open-waiting');
  await life.n2m(['approve', world.name, '--yes']);
  await life.run.result().catch(() => undefined);
  await life.save('encrypted-replicate-fails-in-a-step');
  await up(world, 'DROP EVENT TRIGGER refuse');
  await life.apply();
  await life.save('encrypted-replicate');
  await life.n2m(['destroy', world.name, '--yes']);
  await life.save('encrypted-destroy');
};
