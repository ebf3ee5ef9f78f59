import { listed } from '../../plan/context';
import { drops, stop } from '../../repair/stop';
import type { Remedies } from '../../repair/types';
import { plural } from '../../text/count';
import { gone } from './columns/copied';
import { findChildren, findIn, isIn } from './find';
import { tableName, takeOut } from './select';

export const tablesRemedies: Remedies = {
  copies: ['table-partitions'],
  copy:
    ({ facts }) =>
    (child) => {
      const table = findIn(facts.tables, child.upstream);
      const lost = table === null ? [] : gone(child, table);
      return lost.length > 0 ? `it lost ${listed(lost)} upstream` : null;
    },
  stops: ({ spec, damage, source, facts }) => {
    if (!drops(damage) || !source) return [];
    const missing = source.children.filter((child) => !isIn(facts.tables, child.upstream));
    const none = `none of its ${plural(missing.length, 'table')} exists in database ${spec.source.database} there`;
    const elsewhere = `${none}: it looks like another project, branch or database`;
    const object = `source ${spec.materialize.names.source}`;
    const all = source.children.length > 0 && missing.length === source.children.length;
    const gone = damage.dead.filter((dead) => findChildren(missing, dead.upstream).length > 0);
    const names = listed(gone.map((table) => tableName(table.upstream)));
    const some = gone.length > 0 && gone.length < source.children.length;
    return [
      ...(all ? [stop('other-database', object, elsewhere, 'check the file')] : []),
      ...(some ? [stop('table-gone', names, `${names} does not exist upstream any more`, takeOut(spec))] : []),
    ];
  },
};
