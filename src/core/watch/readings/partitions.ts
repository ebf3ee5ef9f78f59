/** Whether partitions of a table that is replicated as one came or went with rows: Postgres sends nothing of that. */
import { findChildren } from '../../objects/tables/find';
import { lsnDistance } from '../lsn';
import { standing } from './columns';
import type { Leftover, PartitionMemory, PipelineReading, WatchMemory } from '../types';

/** Partitioned tables that are remembered; what is beyond is left to comparisons. */
const MOST_PARENTS = 100;
/** After partitions changed, two looks at the copy that find nothing, or can tell nothing, are enough; or twenty without an answer. */
const DUE = 20;
const LOOKED = 10;
const LATE = 1;
/** Copies of which one check looks for rows that belong to no partition. */
export const LOOKS_A_CHECK = 5;

/** Parents of which the copy is to be looked at now, by the OID upstream. */
export const parentsDue = (memory: Pick<WatchMemory, 'partitions'> | null): number[] =>
  (memory?.partitions?.parents ?? [])
    .filter(({ due }) => due > 0)
    .map(({ oid }) => oid)
    .slice(0, LOOKS_A_CHECK);

interface Seen {
  reading: PipelineReading;
  memory: WatchMemory | null;
}

/** The copies that hold rows of no partition, and are as far as upstream was when its partitions had changed. */
export function leftBehind({ reading, memory }: Seen): { id: string; name: string }[] {
  if (!reading.source.ok) return [];
  const { partitions, slot } = reading.source.value;
  const known = memory?.partitions?.parents ?? [];
  return (reading.leftovers ?? []).flatMap(({ id, oid, found }) => {
    const before = known.find((one) => one.oid === oid);
    const parent = partitions?.parents.find((one) => one.oid === oid);
    if (found !== true || !parent || !before || !hasPassed(before.lsn, slot.confirmedFlushLsn)) return [];
    return [{ id, name: `${parent.schema}.${parent.name}` }];
  });
}

/** Partitions that came with rows since the check before, with the copies that lack them. */
export function cameFilled({ reading, memory }: Seen): { id: string; name: string; partition: string }[] {
  if (!reading.source.ok || !reading.target.ok) return [];
  const tables = standing(reading.target.value.tables);
  return (reading.source.value.partitions?.parents ?? []).flatMap((parent) => {
    const before = memory?.partitions?.parents.find(({ oid }) => oid === parent.oid);
    const [first] = parent.cameFilled;
    if (!before || !first) return [];
    // A copy that was made meanwhile has them.
    return findChildren(tables, parent)
      .filter(({ id, committed }) => id === before.id && committed === true)
      .map(({ id }) => ({
        id,
        name: `${parent.schema}.${parent.name}`,
        partition: `${first.schema}.${first.name}`,
      }));
  });
}

/** What the next check has to know: bounded, and kept as it was while a run changes things or a side was not read. */
export function rememberPartitions({ reading, memory }: Seen): Pick<WatchMemory, 'partitions'> {
  const before = memory?.partitions;
  const seen = reading.source.ok && reading.target.ok ? reading.source.value.partitions : undefined;
  if (seen === undefined || !reading.target.ok || reading.changeUnderWay !== null) {
    return before ? { partitions: before } : {};
  }
  const tables = standing(reading.target.value.tables);
  const left = leftBehind({ reading, memory }).map(({ id }) => id);
  const parents = seen.parents.flatMap((parent): PartitionMemory['parents'] => {
    const child = findChildren(tables, parent).find(({ committed }) => committed === true);
    if (!child) return [];
    const known = before?.parents.find(({ oid, id }) => oid === parent.oid && id === child.id);
    const { oid, leaves } = parent;
    if (known?.leaves !== leaves) return [{ oid, id: child.id, leaves, due: DUE, lsn: seen.lsn }];
    const look = reading.leftovers?.find((one) => one.oid === oid);
    const over = look && !left.includes(look.id) && !waits(look, known.lsn, reading);
    const less = !over ? 0 : look.found === 'late' ? LATE : LOOKED;
    return [{ ...known, due: Math.max(0, known.due - less) }];
  });
  return parents.length === 0 ? {} : { partitions: { xid: seen.xid, parents: parents.slice(0, MOST_PARENTS) } };
}

/** Found, but the copy may still be behind what made the partition empty. */
function waits({ found }: Leftover, lsn: string, { source }: PipelineReading): boolean {
  const confirmed = source.ok ? source.value.slot.confirmedFlushLsn : null;
  return found === true && !hasPassed(lsn, confirmed);
}

const hasPassed = (lsn: string, confirmed: string | null): boolean => (lsnDistance(lsn, confirmed ?? '') ?? -1n) >= 0n;
