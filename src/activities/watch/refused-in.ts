import { takenOtherwise } from '../../core/objects/tables/columns/refused-values';
import type { PipelineSpec } from '../../core/spec/types';
import { valueRefused } from '../../core/watch/errors/table-errors';
import { asRead } from '../../core/watch/reads';
import type { PipelineReading, RefusedIn, WatchMemory } from '../../core/watch/types';
import { findRefused } from '../../systems/postgres';
import type { Deps } from '../support/deps';
import { withReplica } from '../support/sessions';

/** Of so many tables a check says the column; of the others it is looked for once these are well. */
const MOST = 20;
/** Looked for in one check, which is to end well before the next one. */
const LOOKS = 2;

/** In which columns the values are that keep tables from being read: asked once for each, and only where both sides answer. */
export async function readRefusedIn(
  deps: Deps,
  spec: PipelineSpec,
  { source, target }: Pick<PipelineReading, 'source' | 'target'>,
  memory: WatchMemory | null,
  signal: AbortSignal,
): Promise<RefusedIn[]> {
  if (!target.ok) return [];
  const unread = asRead(target.value, memory).tables.flatMap(({ id, upstream, error }) => {
    const refused = valueRefused(error);
    return refused === null || refused.value === null ? [] : [{ id, upstream, refused, value: refused.value }];
  });
  const before = memory?.refusedIn ?? [];
  const known = unread
    .slice(0, MOST)
    .flatMap(({ id, value }) => before.filter((one) => one.id === id && one.value === value));
  const asked = unread
    .slice(0, MOST)
    .filter(({ id }) => !known.some((one) => one.id === id))
    .slice(0, LOOKS);
  if (asked.length === 0 || !source.ok) return known;
  const looked = await withReplica(
    deps,
    spec,
    async (client) => {
      const found: RefusedIn[] = [];
      for (const { id, upstream, refused, value } of asked) {
        found.push({ id, value, found: await findRefused(client, upstream, refused, takenOtherwise(spec, upstream)) });
      }
      return found;
    },
    { pool: deps.pool, signal },
    // Told without a column then, and asked again.
  ).catch(() => []);
  return [...known, ...looked];
}
