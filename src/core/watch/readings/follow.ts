/** How the watch brings columns that came upstream, check by check: when it may begin a run, and what became of one. */
import { plural } from '../../text/count';
import { cut } from '../../text/cut';
import { formatDuration } from '../../text/duration';
import type { WatchContext } from '../context';
import type { FollowMemory, Symptom } from '../types';
import { isAside, lacking } from './columns';
import { packIds, unpacked } from './id-runs';
import type { Followed, SourceReading, TargetReading } from './types';

/** Plans are made again so often while one declines: what stands in the way may go. */
export const LOOK_AGAIN_MS = 3_600_000;
/** What was brought is told by `n2m status` for so long. */
export const TOLD_MS = 7 * 24 * 3_600_000;
/** A transaction that has written holds up every copy, and with it the whole source, until it ends. */
const LONG_TRANSACTION_S = 60;

export const followedWords = ({ columns = '', rows = null }: Partial<Followed>): string =>
  `followed: ${columns}${rows === null ? '' : `, copied ${plural(rows, 'row')}`}`;

/** What the next check has to know; `symptoms`: what this one has to say. */
export function rememberFollow(context: WatchContext, symptoms: readonly Symptom[]): { follow?: FollowMemory } {
  const { spec, reading, memory, now } = context;
  if (spec.source.columns === undefined) return {};
  const before = afterRun(memory?.follow, context);
  const { source, target, changeUnderWay } = reading;
  if (!source.ok || !target.ok || changeUnderWay !== null || before?.state === 'started') return kept(before);
  const tables = lacking(source.value, target.value);
  if (tables.length === 0) {
    const isNews = before?.state === 'brought' && Date.parse(now) - Date.parse(before.at) < TOLD_MS;
    return isNews ? kept(before) : {};
  }
  const ids = packIds(tables.map(({ id }) => id));
  const among = unpacked(before?.ids ?? '');
  // The same columns are not tried twice: what failed is for a person.
  if (before?.state === 'failed' && tables.some(({ id }) => among(id))) return kept(before);
  const declined = before?.state === 'declined' && before.ids === ids;
  if (declined && Date.parse(now) - Date.parse(before.at) < LOOK_AGAIN_MS) return kept(before);
  const why = whyNotNow(context, source.value, target.value, symptoms);
  // A plan that declined says more than what came after it.
  if (why !== null) return kept(declined ? before : { state: 'waits', ids, at: now, why });
  return kept({ state: 'due', ids, at: now });
}

const kept = (follow: FollowMemory | undefined): { follow?: FollowMemory } => (follow ? { follow } : {});

/** What is remembered, and what became of the run that was begun, where it has ended. */
export function afterRun(
  before: FollowMemory | undefined,
  { reading: { followed }, now }: Pick<WatchContext, 'reading' | 'now'>,
): FollowMemory | undefined {
  if (before?.state !== 'started' || followed === undefined) return before;
  if (followed.ok) return { ...before, state: 'brought', at: now, columns: followed.columns, rows: followed.rows };
  return { ...before, state: followed.untouched ? 'declined' : 'failed', at: now, why: cut(followed.why) };
}

/** Copying costs the cluster and holds up the source: it begins where nothing else is the matter. */
function whyNotNow(
  { copying }: WatchContext,
  { writers }: SourceReading,
  { tables, cluster }: TargetReading,
  symptoms: readonly Symptom[],
): string | null {
  const other = symptoms.find(({ rule }) => rule !== 'columns-behind');
  if (other) return `${other.rule} comes first`;
  if (tables.some(isAside)) return 'a copy that an earlier run made stands beside its table';
  if (copying) return 'tables are being copied';
  const { size, replicas } = cluster;
  if (replicas.length === 0 || replicas.some((one) => one.status !== 'online' || one.size !== size))
    return `cluster ${cluster.name} is being resized, or has a replica that is not online`;
  const open = writers.find(({ ageSeconds }) => ageSeconds >= LONG_TRANSACTION_S);
  if (open === undefined) return null;
  const whose =
    open.pid === null ? `prepared transaction ${open.gid}` : `a transaction of ${open.user}, pid ${open.pid}`;
  return `${whose}, open for ${formatDuration(open.ageSeconds * 1000)} upstream, would hold up the copy`;
}
