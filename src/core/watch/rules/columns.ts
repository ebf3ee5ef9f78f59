/** Columns that came upstream: a copy keeps those it was made with, and no status says that it lacks any. */
import { tableName } from '../../objects/tables/select';
import { listed } from '../../plan/context';
import { plural } from '../../text/count';
import { always, type Condition } from '../condition';
import type { WatchContext } from '../context';
import { isAside } from '../readings/columns';
import type { WatchRule } from './rule';

export const columnRules: WatchRule[] = [
  {
    id: 'columns-behind',
    verdict: 'lagging',
    needs: 'both',
    during: ['copying'],
    explanation: [
      'A column was added upstream after the table was copied: Materialize leaves it out and says nothing. Or a run that was to bring it ended before the copy it made took the place of the table.',
      'SHOW COLUMNS FROM the table, on both sides.',
      'n2m apply FILE copies the table again beside the one there, which can be read meanwhile; or name the column in source.excludeColumns.',
    ],
    look: (context) => [...behind(context), ...aside(context)],
  },
];

function behind({ reading }: WatchContext): Condition[] {
  if (reading.behind === undefined) return [];
  const { count, first } = reading.behind;
  const named = first.map((table) =>
    table.columns.length === 0 ? tableName(table) : `${tableName(table)} (${listed(table.columns)})`,
  );
  const more = count > first.length ? ` and ${plural(count - first.length, 'more', 'more')}` : '';
  return [
    {
      table: null,
      severity: always('warn'),
      cause: () => `Materialize lacks columns that upstream has: ${named.join(', ')}${more}`,
      next: 'n2m apply FILE brings them, without a pause where tables are made from a source; or name them in source.excludeColumns',
    },
  ];
}

function aside({ reading }: WatchContext): Condition[] {
  const copies = reading.target.ok ? reading.target.value.tables.filter(isAside) : [];
  if (copies.length === 0) return [];
  const names = listed(copies.map(({ table }) => table));
  return [
    {
      table: null,
      key: 'aside',
      severity: always('warn'),
      cause: () => `a run ended before a copy took the place of its table: ${names}`,
      next: 'n2m apply FILE goes on with it',
    },
  ];
}
