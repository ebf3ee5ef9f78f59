import { listed } from '../../plan/context';
import type { TableFacts } from '../tables/facts';
import { info, type Rule, warning } from '../../plan/rule';
import { formatBytes } from '../../text/size';
import { tableName } from '../tables/select';
import { isCostly, WRITE_COST, writeCost, type WriteCost, writeRateWords } from './cost';

interface Cost {
  table: TableFacts;
  cost: WriteCost;
}

/** What the upstream pays for being replicated. */
export const costFindings: Record<string, Rule> = {
  'identity-full-cost': ({ upstream }) => {
    const costs = upstream
      .filter(({ replicaIdentity }) => replicaIdentity !== 'full')
      .flatMap((table): Cost[] => {
        const cost = writeCost(table);
        return cost === null ? [] : [{ table, cost }];
      })
      .sort((a, b) => b.cost.walPerHour - a.cost.walPerHour);
    const costly = costs.filter(({ cost }) => isCostly(cost));
    const others = costs.filter(({ cost }) => !isCostly(cost));
    return [
      ...(costly.length > 0 ? [warning('replica identity full', sentence(costly), REMEDY)] : []),
      ...(total(others) >= WRITE_COST.toldBytesPerHour ? [info('replica identity full', sentence(others))] : []),
    ];
  },
};

const total = (costs: Cost[]): number => costs.reduce((sum, { cost }) => sum + cost.walPerHour, 0);

function sentence(costs: Cost[]): string {
  const each = costs.map(
    ({ table, cost }) => `${tableName(table)} ${formatBytes(cost.walPerHour)} (${writeRateWords(cost)})`,
  );
  return `logging old rows whole adds about ${formatBytes(total(costs))} of WAL an hour: ${listed(each)}`;
}

const REMEDY = `keep wide columns in a table of their own that is not replicated, or see that the disk, the archive and the standbys carry it (said from rows of ${formatBytes(WRITE_COST.wideRowBytes)} and ${formatBytes(WRITE_COST.hotBytesPerHour)} an hour on)`;
