import { listed } from '../../plan/context';
import type { DroppedTable, Finding, Plan } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import { formatBytes } from '../../text/size';
import { recopyKey } from '../source/plan';
import { named } from '../source/rebuild-steps';
import { isCopiedBeside, tableName } from '../tables/select';
import { tablesOf } from './names';

/** What a run that nobody asked for may do: bring these columns; or why not. */
export type Following =
  { follows: true; columns: string; tables: DroppedTable[]; approved: string[] } | { follows: false; why: string };

/** What copies beside their tables take, from the first statement to the drop of the old table. */
const STEPS = ['copy-beside', 'running', 'snapshot', 'switch-tables'];
/** Away for a moment, and at no cost but that moment. */
const MOVED = ['view', 'index'];
/** Warnings that the copy does not begin, or not end in time; and what ends the table whatever is copied. */
const IN_THE_WAY = ['wal-senders', 'slot-life', 'idle-slot-timeout', 'columns-gone'];
/** What it costs to make others again. */
const COSTS: Record<string, string> = {
  sink: 'made again, it sends everything again',
  'materialized-view': 'made again, it is computed anew',
};

/** Whether what a run would do is to bring columns that came upstream, all of it, and no more than the file allows. */
export function following(spec: PipelineSpec, plan: Plan): Following {
  for (const why of reasonsAgainst(spec, plan)) return { follows: false, why };
  const tables = besideOf(plan);
  const columns = tables.flatMap((table) => (table.added ?? []).map((name) => `${tableName(table.upstream)}.${name}`));
  return { follows: true, columns: listed(columns), tables, approved: plan.needsApproval.map(({ key }) => key) };
}

/** In the order in which a person would look. */
function* reasonsAgainst({ source: { columns } }: PipelineSpec, plan: Plan): Generator<string> {
  const { findings, beside, owed = [] } = plan;
  if (columns === undefined) yield 'source.columns is report';
  for (const finding of findings.filter(standsInTheWay)) yield finding.sentence;
  if (owed.length > 0) yield `an earlier run dropped what is not made again yet: ${named(owed)}`;
  const tables = besideOf(plan);
  // Such as a type that Materialize does not take, or a table that would have to go first.
  if (tables.length === 0) yield findings.find(isAdded)?.sentence ?? 'a plan finds no column that it could bring';
  for (const { added, upstream, why } of tables)
    if (added === undefined) yield `${tableName(upstream)} would not be copied for columns that came alone: ${why}`;
  for (const { id, action, sentence } of plan.steps)
    if (!['keep', 'adopt'].includes(action) && !STEPS.includes(id)) yield `a run would also ${sentence}`;
  for (const { dependents } of beside?.groups ?? [])
    for (const one of dependents)
      if (!MOVED.includes(one.type))
        yield `${named([one])} is built on it: ${COSTS[one.type] ?? 'it would be made again'}`;
  const bytes = plan.tables
    .filter((table) => isCopiedBeside(beside ?? null, table))
    .reduce((sum, table) => sum + Number(table.bytes), 0);
  const most = columns?.followUpTo ?? 0;
  if (bytes > most) yield `${formatBytes(bytes)} would be copied, and source.columns allows ${formatBytes(most)}`;
  const given = ['rebuild-dependents', ...tables.map(recopyKey)];
  for (const { key, reason } of plan.needsApproval)
    if (!given.includes(key)) yield `a run would ask for ${key}: ${reason}`;
}

const besideOf = ({ beside }: Plan): DroppedTable[] => (beside ? tablesOf(beside) : []);

const isAdded = ({ code }: Finding): boolean => code === 'columns-added';

/** A resize under way is only noted for people, who may well copy during one. */
const standsInTheWay = ({ code, severity }: Finding): boolean =>
  severity === 'blocking' || code === 'cluster-reconfiguring' || (severity === 'warning' && IN_THE_WAY.includes(code));
