/** Whether the copy equals its source: its columns, as a look at both sides finds them, and its rows, as comparisons did. */
import { tableName } from '../../objects/tables/select';
import { listed } from '../../plan/context';
import { plural } from '../../text/count';
import { always, type Condition } from '../condition';
import type { WatchContext } from '../context';
import { isAside } from '../readings/columns';
import { afterRun } from '../readings/follow';
import type { WatchRule } from './rule';

/** A run that follows columns has begun by then, or people should know why not. */
const TAKES_LONG_MS = 15 * 60_000;

export const copyRules: WatchRule[] = [
  {
    id: 'columns-behind',
    verdict: 'lagging',
    needs: 'both',
    during: ['copying'],
    explanation: [
      'A column was added upstream after the table was copied: Materialize leaves it out and says nothing. Or a run that was to bring it ended before the copy it made took the place of the table.',
      'SHOW COLUMNS FROM the table, on both sides.',
      'n2m apply FILE copies the table again beside the one there, which can be read meanwhile; or name the column in source.excludeColumns. Where source.columns says follow the watch does it, and says why where it may not.',
    ],
    look: (context) => [...behind(context), ...aside(context)],
  },
  {
    id: 'verify-differs',
    verdict: 'broken',
    needs: 'nothing',
    during: ['copying'],
    explanation: [
      'A comparison of both sides found rows that differ although nobody wrote them meanwhile. It stays until a comparison of all rows finds none, or the tables are copied again.',
      'n2m verify NAME names rows and columns; --show-values prints both values.',
      'Find out what left changes out (a publication that was narrowed, a restored server), then copy the tables again: take the table out of the file and apply, put it back and apply. Then n2m verify NAME.',
    ],
    look: ({ reading, spec, slot }) => {
      const { differs = null, slot: of = null } = reading.verified ?? {};
      // Another slot is another copy.
      if (differs === null || (of !== null && slot !== null && of !== slot)) return [];
      const where = differs.where.length === 0 ? '' : `: ${differs.where.join(', ')}`;
      return [
        {
          table: null,
          since: differs.at,
          severity: always('critical'),
          cause: () => `the copy is not what its source is${where}; ${differs.sentence}`,
          next: `n2m verify ${spec.name}`,
        },
      ];
    },
  },
  {
    id: 'verify-failed',
    verdict: 'unknown',
    needs: 'nothing',
    during: ['copying'],
    explanation: [
      'The last comparison that the schedule began ended without having compared: nobody knows whether the copy equals its source. It stays until one has.',
      'The message says why; Temporal’s UI has the run, pipeline/NAME/verify-<time>.',
      'n2m verify NAME compares now, and says what is in the way.',
    ],
    look: ({ reading, spec }) => {
      const failed = spec.verify ? reading.verified?.failed : null;
      if (!failed) return [];
      const cause = () => `the comparison of both sides that ended ${failed.at} failed: ${failed.message}`;
      const next = `n2m verify ${spec.name}`;
      return [{ table: null, since: failed.at, severity: always('warn'), cause, next }];
    },
  },
];

function behind(context: WatchContext): Condition[] {
  const { reading } = context;
  if (reading.behind === undefined) return [];
  const { count, first } = reading.behind;
  const named = first.map((table) =>
    table.columns.length === 0 ? tableName(table) : `${tableName(table)} (${listed(table.columns)})`,
  );
  const more = count > first.length ? ` and ${plural(count - first.length, 'more', 'more')}` : '';
  const cause = `Materialize lacks columns that upstream has: ${named.join(', ')}${more}`;
  const next =
    'n2m apply FILE brings them, without a pause where tables are made from a source; or name them in source.excludeColumns';
  return [{ table: null, severity: always('warn'), next, ...followed(context, cause) }];
}

/** Where the watch itself brings them, nobody is told before it cannot, or has not for a while. */
function followed(context: WatchContext, cause: string): Pick<Condition, 'cause'> & Partial<Condition> {
  const { spec, memory } = context;
  if (spec.source.columns === undefined) return { cause: () => cause };
  const { state, columns = 'them', why = '' } = afterRun(memory?.follow, context) ?? {};
  if (state === 'declined') return { cause: () => `${cause}; not followed: ${why}` };
  if (state === 'failed')
    return { cause: () => `${cause}; following ${columns} failed and is not tried again: ${why}` };
  return {
    cause: () => `${cause}; ${state === 'waits' ? `the watch will bring them, but ${why}` : 'the watch brings them'}`,
    severity: ({ ms }) => (ms >= TAKES_LONG_MS ? 'warn' : 'ok'),
    visible: true,
    next: `n2m status ${spec.name}`,
  };
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
