/** Single tables that are dead, or about to be. */
import { replicaIdentityFull } from '../../objects/replica-identity/statements';
import { findIn, isIn } from '../../objects/tables/find';
import { asText, findRows, inColumns } from '../../objects/tables/columns/refused-values';
import { tableName, takeOut } from '../../objects/tables/select';
import type { RefusedValue } from '../../objects/tables/columns/values';
import { plural } from '../../text/count';
import { always, type Condition, repeated } from '../condition';
import type { WatchContext } from '../context';
import { isLatched, tableLatch } from '../latched';
import { changeNamed } from './schema-changes';
import { isDropped, tableErrorOf, valueRefused } from '../errors/table-errors';
import { sourceError } from '../source-errors';
import type { SourceReading, TargetTableReading, WeakPartitions } from '../types';
import type { WatchRule } from './rule';
import { STATUSES } from './source';

const nameOf = ({ upstream }: TargetTableReading): string =>
  upstream.schema === '' ? upstream.name : tableName(upstream);

/** A table may be between two states for the length of one check. */
const TWICE = { warn: 2, critical: 2 };

export const tableRules: WatchRule[] = [
  {
    id: 'table-error',
    verdict: 'broken',
    needs: 'target',
    during: ['copying'],
    explanation: [
      'One table is dead: truncated, dropped, a column dropped or changed, or its replica identity weakened. The others go on.',
      `${STATUSES} A row of each table is read, too, some at every check: SELECT 1 FROM t LIMIT 1; fails where the status says running, and works where a row that could not be held is gone. After other accidents it may still answer with old rows.`,
      'n2m repair NAME drops that table in Materialize and copies it again.',
    ],
    look: (context) =>
      failing(context)
        .filter((table) => !diedUnpublished(context, table))
        .map((table) => tableCondition(context, table)),
  },
  {
    id: 'table-unpublished',
    verdict: 'broken',
    needs: 'both',
    during: ['copying'],
    explanation: [
      'A replicated table is not in the publication any more, or not upstream at all. What changes meanwhile is lost without a word; Materialize notices within 15 s, and then it is dead.',
      'SELECT * FROM pg_publication_tables;',
      'n2m repair NAME puts it back and copies it again; or take it out of the file and n2m apply FILE. Where the file selects schemas or all, n2m apply FILE takes out by itself what was dropped upstream, as a partition under retention.',
    ],
    look: (context) => {
      const { source, target, spec } = context;
      if (!source?.publication.exists || !target) return [];
      return target.tables
        .filter((table) => isUnpublished(source, table) && !isDead(context, table))
        .filter((table) => table.error === null || diedUnpublished(context, table))
        .map((table): Condition => {
          const there = isIn(source.tables, table.upstream);
          const name = nameOf(table);
          return {
            table: name,
            severity: always('critical'),
            cause: () =>
              there
                ? `${name} was taken out of publication ${spec.source.publication}`
                : `${name} does not exist upstream any more`,
            // Putting it back by hand would hide that changes of the time between are missing.
            next: there ? `n2m repair ${spec.name}` : takeOut(spec),
          };
        });
    },
  },
  {
    id: 'table-identity',
    verdict: 'broken',
    needs: 'both',
    during: ['copying'],
    explanation: [
      'The replica identity is not FULL any more, or that of a new partition is not: it does not take its table’s over. The next UPDATE or DELETE kills the table in Materialize. A partition without rows is a warning.',
      "SELECT relname, relreplident FROM pg_class WHERE relkind = 'r';",
      'ALTER TABLE … REPLICA IDENTITY FULL; at once, or n2m apply FILE; for a new partition best in the transaction that creates it. If the table died already: n2m repair NAME.',
    ],
    look: (context) =>
      healthyTables(context).flatMap((table): Condition[] => {
        const { replicaIdentity: identity = 'full', weak } = findIn(context.source?.tables ?? [], table.upstream) ?? {};
        const name = nameOf(table);
        if (isFull(identity)) return weak ? [weakPartition(name, weak, context.spec.name)] : [];
        return [
          {
            table: name,
            severity: always('critical'),
            cause: () => `${name} has replica identity ${identity}: the next update or delete kills it in Materialize`,
            next: `${replicaIdentityFull(table.upstream)};`,
          },
        ];
      }),
  },
];

/** A new partition does not take over what its table has. An empty one has nothing that could be updated or deleted. */
function weakPartition(name: string, { count, first, filled }: WeakPartitions, pipeline: string): Condition {
  const others = count > 1 ? ` and ${plural(count - 1, 'more', 'more')}` : '';
  return {
    table: name,
    severity: always(filled ? 'critical' : 'warn'),
    cause: () =>
      `partition ${tableName(first)}${others} of ${name} without replica identity full: the next update or delete there kills ${name} in Materialize`,
    next: count === 1 ? `${replicaIdentityFull(first)};` : `n2m repair ${pipeline}`,
  };
}

/** Readers say `full` or, as the catalog has it, `f`. */
const isFull = (identity: string): boolean => identity === 'full' || identity === 'f';

/** Tables with an error of their own: what the whole source suffers from shows on every table and is not theirs. */
function failing({ target }: WatchContext): TargetTableReading[] {
  return (target?.tables ?? []).filter(
    (table) => table.error !== null && table.error !== target?.source.error && sourceError(table.error) === null,
  );
}

const healthyTables = (context: WatchContext): TargetTableReading[] =>
  (context.target?.tables ?? []).filter(
    (table) => table.error === null && table.upstream.schema !== '' && !isDead(context, table),
  );

/** Its row may look well again, as after a restart of the source: it is told as dead and not once more. */
const isDead = ({ memory }: WatchContext, table: TargetTableReading): boolean =>
  isLatched(memory, 'table-error', table.id);

/** Where there is no publication at all, no table left it. */
const isUnpublished = ({ publication }: SourceReading, { upstream }: TargetTableReading): boolean =>
  upstream.schema !== '' && publication.exists && !isIn(publication.tables, upstream);

/** Seen out of the publication, it then died of just that: one trouble, told as the first until it is published again. */
function diedUnpublished({ memory, source }: WatchContext, table: TargetTableReading): boolean {
  const seen = memory?.since[`table-unpublished:${nameOf(table)}`] !== undefined;
  return seen && isDropped(table.error) && (source === null || isUnpublished(source, table));
}

/** The status and a read say it; it is over once a read works again. */
function valueCondition({ reading }: WatchContext, table: TargetTableReading, refused: RefusedValue): Condition {
  const name = nameOf(table);
  const found = reading.refusedIn?.find(({ id, value }) => id === table.id && value === refused.value)?.found ?? null;
  const rows = findRows(table.upstream, refused, found);
  const look = rows === null ? '' : ` (${rows};)`;
  return {
    table: name,
    severity: always('critical'),
    cause: () => `${name} cannot be read: ${tableErrorOf(table.error)?.meaning}${inColumns(found)}, ${refused.why}`,
    next: `correct or delete that row upstream${look}, and the table goes on by itself; or ${asText(table.upstream, found)}, then n2m apply copies the table again`,
  };
}

function tableCondition(context: WatchContext, table: TargetTableReading): Condition {
  const { spec, target } = context;
  const known = tableErrorOf(table.error);
  const name = nameOf(table);
  const value = valueRefused(table.error);
  if (value !== null) return valueCondition(context, table, value);
  const next = (known?.next ?? `n2m repair ${spec.name}`).replace('{pipeline}', spec.name);
  if (known === null) {
    // Such as a lost connection, read from the table's row a moment before the source's own row says it.
    const calm = target?.source.status === 'running';
    return {
      table: name,
      // Only what it shows beside a source that runs counts: its row may be the last to tell that all is well again.
      key: calm ? 'alone' : 'with-source',
      severity: calm ? repeated(TWICE) : always('ok'),
      cause: () => `${name} stands still: ${table.error ?? ''}`,
      next,
      visible: calm,
    };
  }
  const cause = () => `${name} stands still: ${known.meaning}${changeNamed(table.error)}`;
  return {
    table: name,
    severity: always('critical'),
    cause,
    next,
    ...(known.permanent ? { latch: tableLatch('table-error', table.id) } : {}),
  };
}
