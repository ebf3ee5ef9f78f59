import { cut } from '../text/cut';
import type { Comparison, Verified, VerifyResult } from './types';
import { verifySentence } from './words';

const NAMED = 5;

export function comparisonOf(result: VerifyResult): Comparison {
  const { startedAt, verdict, amount, whole } = result;
  const where = result.differingTables.slice(0, NAMED).map(({ table }) => {
    const of = result.differences.filter((difference) => difference.table === table);
    const columns = [...new Set(of.flatMap((difference) => difference.columns.map(({ column }) => column)))];
    return cut(columns.length === 0 ? table : `${table} (${columns.slice(0, NAMED).join(', ')})`);
  });
  return { at: startedAt, verdict, amount, whole, sentence: cut(verifySentence(result)), where };
}

/** A sample that finds nothing is no proof that what another one found is mended. */
const proves = ({ verdict, amount, whole }: Comparison): boolean => verdict === 'equal' && amount === 'full' && whole;

/** `runs`: those that ended since the last look, oldest first. */
export function verifiedAfter(
  before: Verified | null,
  runs: readonly Comparison[],
  { now, slot }: { now: string; slot: string | null },
): Verified {
  const start: Verified = before ?? { lookedAt: now, last: null, differs: null, slot: null };
  const folded = runs.reduce<Verified>((known, run) => {
    if (known.last !== null && run.at <= known.last.at) return known;
    if (run.verdict === 'differs') return { ...known, last: run, differs: run, slot };
    return { ...known, last: run, ...(proves(run) ? { differs: null } : {}) };
  }, start);
  return { ...folded, lookedAt: now };
}
