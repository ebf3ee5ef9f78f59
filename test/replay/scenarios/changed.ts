import { buildOn } from '../../e2e/support/live';
import type { PipelineFile } from '../../e2e/support/world';
import type { Scenario } from './scenario';

/** A file that changes: what is made again, moved and dropped. */
export const changedLife: Scenario = async (life) => {
  const { world } = life;
  await life.apply();
  await buildOn(world, 'customers', 'city');

  const excludes = (file: PipelineFile): void => void (file.source.excludeColumns = ['public.customers.joined_at']);
  await life.apply(excludes);
  await life.save('replicate-copies-a-table-again');

  const moves = (file: PipelineFile): void => {
    excludes(file);
    file.materialize.cluster.name = `ingest_${world.name}_b`;
  };
  await life.apply(moves);
  await life.save('replicate-moves-to-another-cluster');

  await life.apply((file) => {
    moves(file);
    file.source.tables = ['public.customers', 'public.orders'];
  });
  await life.save('replicate-drops-tables');
};
