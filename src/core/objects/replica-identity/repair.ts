import type { Remedies } from '../../repair/types';
import { isIn } from '../tables/find';
import { tableName } from '../tables/select';

export const identityRemedies: Remedies = {
  converges: ['table-identity'],
  converge: ({ source, facts }) => {
    const copied = (source?.children ?? []).map(({ upstream }) => upstream);
    return facts.tables
      .filter((table) => table.replicaIdentity !== 'full' && isIn(copied, table))
      .map((table) => `replica identity of ${tableName(table)}: ${table.replicaIdentity} → full`);
  },
};
