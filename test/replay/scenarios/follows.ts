import type { ReplicateReport } from '../../../src/core/run/types';
import { up } from '../../e2e/support/live';
import { until } from '../../e2e/support/until';
import type { Scenario } from './scenario';

/** A column is added upstream, and the file lets the watch bring it: the check that begins the run, and the run. */
export const followingLife: Scenario = async (life) => {
  const { world } = life;
  await life.apply((file) => {
    file.source.columns = 'follow';
    file.watch = { every: '2s' };
  });
  await up(world, 'ALTER TABLE customers ADD COLUMN memo text');
  await until(
    async () => ((await life.run.result()) as ReplicateReport).followed,
    'a run that the watch began, and its end',
  );
  await life.save('replicate-follows-a-column');
  await life.saveParent('check-follows-a-column');
};
