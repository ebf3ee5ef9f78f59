import { listed } from '../../plan/context';
import type { Remedies } from '../../repair/types';
import { gone } from './columns/copied';
import { findIn } from './find';

export const tablesRemedies: Remedies = {
  copies: ['table-partitions'],
  copy:
    ({ facts }) =>
    (child) => {
      const table = findIn(facts.tables, child.upstream);
      const lost = table === null ? [] : gone(child, table);
      return lost.length > 0 ? `it lost ${listed(lost)} upstream` : null;
    },
};
