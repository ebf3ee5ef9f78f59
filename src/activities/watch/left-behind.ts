import { Context } from '@temporalio/activity';
import { findChildren } from '../../core/objects/tables/find';
import { takenOtherwise } from '../../core/objects/tables/columns/refused-values';
import { standing } from '../../core/watch/readings/columns';
import type { PipelineSpec } from '../../core/spec/types';
import type { Leftover, Reading, SourceReading, TargetReading } from '../../core/watch/types';
import { readLeftovers } from '../../systems/materialize';
import type { CopyOfPartitions } from '../../systems/materialize/leftovers';
import type { Deps } from '../support/deps';
import { itemsOf, withMaterialize } from '../support/sessions';

/** After both sides were read, and only where partitions changed: whether copies hold rows of none. A look without answer is none. */
export async function readLeftBehind(
  deps: Deps,
  spec: PipelineSpec,
  source: Reading<SourceReading>,
  target: Reading<TargetReading>,
): Promise<Leftover[]> {
  if (!source.ok || !target.ok || target.value.cluster.replicationFactor === 0) return [];
  const tables = standing(target.value.tables);
  const copies = (source.value.partitions?.parents ?? []).flatMap((parent): CopyOfPartitions[] => {
    const { filled: constraints, oid } = parent;
    const child = findChildren(tables, parent).find(({ committed }) => committed === true);
    if (constraints === undefined || !child) return [];
    return [
      { id: child.id, oid, item: itemsOf(spec).item(child.table), constraints, refused: takenOtherwise(spec, parent) },
    ];
  });
  if (copies.length === 0) return [];
  const signal = Context.current().cancellationSignal;
  const read = withMaterialize(deps, spec, (client) => readLeftovers(client, spec.materialize.cluster.name, copies), {
    pool: deps.pool,
    signal,
  });
  return read.catch(() => []);
}
