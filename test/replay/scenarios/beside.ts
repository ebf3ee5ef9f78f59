import { buildOn, up } from '../../e2e/support/live';
import type { Scenario } from './scenario';

/** A column is added upstream: the table is copied again beside the one there, and the copy takes its place. */
export const besideLife: Scenario = async (life) => {
  const { world } = life;
  await life.apply();
  await buildOn(world, 'customers', 'city');
  await up(world, 'ALTER TABLE customers ADD COLUMN memo text');
  await life.apply();
  await life.save('replicate-brings-a-column');
  // What is recorded under the name above is of code that knew one piece for all groups.
  await life.save('replicate-brings-a-column-group-by-group');
};
