import { listed, type PlanContext, planStep } from '../../plan/context';
import type { PlanStep } from '../../plan/types';
import type { GuideObject } from '../object';
import { columnFindings } from './columns/findings';
import { tablesFindings } from './findings';
import { namingFindings } from './naming-findings';
import { partitionFindings } from './partition-findings';
import { tablesRemedies } from './repair';
import { tableName } from './select';
import { selectionFindings } from './selection-findings';
import { tablesWords } from './words';

/** Only when tables left the file; null otherwise. */
function plan({ removed }: PlanContext): PlanStep | null {
  if (removed.length === 0) return null;
  const names = removed.map(tableName);
  const dependents = removed.flatMap((table) => table.dependents.map((item) => item.name));
  const sentence = `drop ${listed(names)} from Materialize and the publication: no longer in the file`;
  return planStep('drop-tables', 'drop', listed(names), sentence, {
    changes: names.map((name) => `drop ${name}`),
    interrupts: dependents.length > 0 ? `${listed(dependents)} read from them` : 'whoever reads them in Materialize',
    irreversible: 'coming back means a new copy',
    approval: removed.map(dropKey)[0] ?? null,
  });
}

/** The key that approves dropping one table: `drop-table:public.orders`. */
const dropKey = (table: { schema: string; name: string }): string => `drop-table:${tableName(table)}`;

export const asksToDropTable = (key: string): boolean => key.startsWith('drop-table:');

/** What is replicated. Tables come with the source; those that left the file go here. */
export const tables: GuideObject = {
  name: 'tables',
  steps: [{ id: 'drop-tables', activity: 'dropTables', timeouts: 'slow', occasional: true, plan }],
  approvals: ({ removed }, { id }) =>
    id === 'drop-tables'
      ? removed.map((table) => ({
          key: dropKey(table),
          reason: `drop ${tableName(table)} from Materialize: no longer in the file; coming back means a new copy`,
        }))
      : null,
  findings: { ...selectionFindings, ...tablesFindings, ...columnFindings, ...namingFindings, ...partitionFindings },
  words: tablesWords,
  repair: tablesRemedies,
};
