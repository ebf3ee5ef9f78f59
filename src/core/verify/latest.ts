import { cut } from '../text/cut';
import { ALL_NAMED } from './report';
import type { Comparison, FailedComparison, Verified, VerifyResult } from './types';
import { verifySentence } from './words';

const NAMED = 5;
/** More than one look lists. */
const SEEN = 20;

export function comparisonOf(result: VerifyResult): Comparison {
  const { startedAt, seconds, verdict, amount, whole, differingTables, openTables, slot } = result;
  const where = differingTables.slice(0, NAMED).map(({ table }) => {
    const of = result.differences.filter((difference) => difference.table === table);
    const columns = [...new Set(of.flatMap((difference) => difference.columns.map(({ column }) => column)))];
    return cut(columns.length === 0 ? table : `${table} (${columns.slice(0, NAMED).join(', ')})`);
  });
  return {
    ...{ at: startedAt, verdict, amount, whole, sentence: cut(verifySentence(result)), where },
    endedAt: new Date(Date.parse(startedAt) + seconds * 1_000).toISOString(),
    tables: {
      // A list that is full may have been cut.
      differ: differingTables.length < ALL_NAMED ? differingTables.map(({ table }) => table) : null,
      open: openTables !== undefined && openTables.length <= ALL_NAMED ? openTables : null,
    },
    ...(slot === undefined ? {} : { slot }),
  };
}

const endOf = ({ at, endedAt }: Comparison): string => endedAt ?? at;

/**
 * Whether what `before` found is mended. A sample that finds nothing is no proof of it, nor what was read before it was
 * found. A row elsewhere that is never still keeps nobody from it.
 */
function mends(run: Comparison, before: Comparison): boolean {
  if (run.verdict === 'differs' || run.amount !== 'full' || !run.whole || run.at < endOf(before)) return false;
  if (run.verdict === 'equal') return true;
  const open = run.tables?.open ?? null;
  return open !== null && (before.tables?.differ?.every((table) => !open.includes(table)) ?? false);
}

/**
 * `runs`: those that ended since the last look, in whatever order. They may overlap, and be told twice. `failed`: the newest
 * that ended without a result since then.
 */
export function verifiedAfter(
  before: Verified | null,
  runs: readonly Comparison[],
  { now, slot, failed = null }: { now: string; slot: string | null; failed?: FailedComparison | null },
): Verified {
  const start: Verified = before ?? { lookedAt: now, last: null, differs: null, slot: null };
  const folded = [...runs].sort(byEnd).reduce<Verified>((known, run) => {
    if (isKnown(known, run)) return known;
    const seen = [...(known.seen ?? []), run.at].slice(-SEEN);
    if (run.verdict === 'differs') return { ...known, last: run, differs: run, slot: run.slot ?? slot, seen };
    const mended = known.differs !== null && mends(run, known.differs);
    return { ...known, last: run, ...(mended ? { differs: null } : {}), seen };
  }, start);
  const newest = failed ?? before?.failed ?? null;
  const over = newest === null || (folded.last !== null && endOf(folded.last) > newest.at);
  return { ...folded, lookedAt: now, failed: over ? null : newest };
}

const byEnd = (a: Comparison, b: Comparison): number => (endOf(a) < endOf(b) ? -1 : 1);

/** Older builds kept only the last one. */
const isKnown = ({ seen, last }: Verified, { at }: Comparison): boolean =>
  seen === undefined ? last !== null && at <= last.at : seen.includes(at);
