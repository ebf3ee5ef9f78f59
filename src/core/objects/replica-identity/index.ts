import type { DestroyContext } from '../../destroy/context';
import { leave } from '../../destroy/step';
import type { DestroyStep } from '../../destroy/types';
import { listed, type PlanContext, planStep } from '../../plan/context';
import type { TableFacts } from '../tables/facts';
import type { PlanStep } from '../../plan/types';
import { plural } from '../../text/count';
import { formatBytes } from '../../text/size';
import type { GuideObject } from '../object';
import { postgres, tablesOf } from '../script';
import { tableName } from '../tables/select';
import { writeCost, writeRateWords } from './cost';
import { costFindings } from './cost-findings';
import { replicaIdentityFindings } from './findings';
import { harmFindings } from './harm/findings';
import { identities } from './identities';
import { identitySteps } from './removal';
import { identityRemedies } from './repair';
import { replicaIdentity as setIdentity, replicaIdentityFull } from './statements';
import { replicaIdentityWords } from './words';

function plan({ upstream }: PlanContext): PlanStep {
  const id = 'replica-identity';
  const object = plural(upstream.length, 'table');
  const weak = upstream.filter((table) => table.replicaIdentity !== 'full');
  if (weak.length === 0) return planStep(id, 'keep', object, 'every table has replica identity full');
  return planStep(id, 'change', object, `set replica identity full on ${listed(weak.map(tableName))}`, {
    changes: weak.map((table) => `${tableName(table)}: ${weakness(table)} → full${costOf(table)}`),
    interrupts: `each of ${plural(weak.length, 'table')} is locked for an instant; updates write more WAL from then on`,
  });
}

/** What it logs now; of a partitioned one how many of its partitions, each of which is changed. */
function weakness({ replicaIdentity: own, partitions }: TableFacts): string {
  const count = partitions?.weak.count ?? 0;
  return count === 0 ? own : `${own} (${plural(count, 'partition')})`;
}

/** What it costs, where the server's statistics tell. */
function costOf(table: TableFacts): string {
  const cost = writeCost(table);
  return cost === null || cost.walPerHour === 0
    ? ''
    : `: about ${formatBytes(cost.walPerHour)} of WAL an hour more (${writeRateWords(cost)})`;
}

function destroy(context: DestroyContext): DestroyStep[] {
  const { spec, target, source, known } = context;
  if (source !== null) return context.sourceStays ? [] : identitySteps(spec, source, known);
  const tables = (target.source?.children ?? []).map((child) => child.upstream);
  if (tables.length === 0) return [];
  const run = tables.map((table) => `${setIdentity(table, 'default', null)};`);
  return [leave('restore-identity', 'replica identity', 'it is full where n2m set it', run)];
}

/** Whole old rows in the log: without them Materialize cannot follow updates and deletes. */
export const replicaIdentity: GuideObject = {
  name: 'replica identity',
  recorded: true,
  steps: [
    {
      id: 'replica-identity',
      activity: 'ensureReplicaIdentity',
      timeouts: 'quick',
      plan,
      script: (spec) => ({
        comment: 'before the publication, so that no change without its old row is published',
        calls: tablesOf(spec).map((table) => postgres(replicaIdentityFull(table))),
      }),
    },
  ],
  findings: { ...replicaIdentityFindings, ...harmFindings, ...costFindings },
  words: replicaIdentityWords,
  destroyUpstream: destroy,
  repair: identityRemedies,
  handsOver: (...found) => identities(...found).stay.flatMap(({ kept }) => kept ?? []),
  removals: [{ id: 'restore-identity', activity: 'restoreIdentity', timeouts: 'quick' }],
};
