import { listed } from '../../plan/context';
import { add, leaveOut, takeOutOf } from '../../plan/fix';
import type { TableFacts } from './facts';
import { isOurs } from '../../plan/ownership';
import { blocking, type Found, info, willCopy, type Rule, statements, typed, warning } from '../../plan/rule';
import { writeColumn } from '../../spec/identifiers';
import { plural } from '../../text/count';
import { formatBytes } from '../../text/size';
import { amount, copyCost } from '../cluster/estimate';
import { isPublishable } from '../replica-identity/harm/predicted';
import { columnDifferences, droppedTable } from '../source/rebuild';
import { copyable, isTaken } from './columns/copied';
import { allIn, isIn } from './find';
import { isPartitioned, VIA_ROOT_SERVER } from './partitions';
import { childOf, firstNames, hasHeirs, isCopiedBeside, isRebuilt, tableName } from './select';
import { analyze, dropDependent, dropSubsource, dropTable, setLogged } from './statements';

/** Rows below this are copied in a blink whatever the statistics say. */
const WORTH_ANALYSING_BYTES = 1_000_000n;

const KINDS: Record<string, string> = {
  p: 'a partitioned table (as one from PostgreSQL 13 on: name its partitions instead)',
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
};

const PERSISTENCES = { permanent: 'of the system', unlogged: 'unlogged', temporary: 'temporary' };

const kindOf = ({ relkind, persistence }: TableFacts): string =>
  relkind === 'r' ? `${PERSISTENCES[persistence]}` : (KINDS[relkind] ?? 'no table');

const CORRECT_NAME = 'correct the name in source.tables; mixed case needs quotes: public."Orders"';

/** Which tables are replicated, as what, and what of them does not arrive. */
export const tablesFindings: Record<string, Rule> = {
  'missing-table': ({ source, spec, target }) =>
    source.missingTables.map((table) => {
      const name = tableName(table);
      const where = `database ${spec.source.database}`;
      // What was replicated had the right name once.
      return childOf(spec, target, table)
        ? blocking(name, `${name} is not in ${where} any more: dropped or renamed`, leaveOut(spec, table))
        : blocking(name, `${name} does not exist in ${where}`, CORRECT_NAME);
    }),

  'not-a-table': ({ upstream, source, spec }) =>
    upstream
      .filter((table) => !isPublishable(table) || (isPartitioned(table) && source.versionNum < VIA_ROOT_SERVER))
      .map((table) =>
        blocking(
          tableName(table),
          `${tableName(table)} is ${kindOf(table)}, which logical replication does not carry`,
          table.relkind === 'r' && table.persistence === 'unlogged'
            ? `${leaveOut(spec, table)}, or: ${statements(setLogged(table))} -- which rewrites it`
            : leaveOut(spec, table),
        ),
      ),

  'unsupported-type': ({ upstream, spec, target, rebuild, beside }) =>
    upstream.flatMap((table) => {
      const stays = !isRebuilt(rebuild, table) && !isCopiedBeside(beside, table);
      if (childOf(spec, target, table) && stays) return [];
      return copyable(spec, table).flatMap((column): Found[] => {
        const name = `${tableName(table)}.${column.name}`;
        const written = writeColumn({ schema: table.schema, table: table.name, column: column.name });
        if (column.ingest === 'no') {
          const sentence = `${name} has type ${column.type}, which Materialize cannot take at all`;
          return [blocking(name, sentence, add('source.excludeColumns', [written]))];
        }
        if (isTaken(spec, table, column)) return [];
        const sentence = `${name} has type ${column.type}, which Materialize takes as text only`;
        return [blocking(name, sentence, add('source.textColumns', [written]))];
      });
    }),

  'unknown-column': ({ upstream, spec, target, rebuild, beside }) =>
    (['textColumns', 'excludeColumns'] as const).flatMap((key) =>
      spec.source[key].flatMap((ref) => {
        const table = upstream.find((facts) => facts.schema === ref.schema && facts.name === ref.table);
        if (table?.columns.some((column) => column.name === ref.column)) return [];
        const name = `${ref.schema}.${ref.table}.${ref.column}`;
        const what = table ? 'that table has no such column' : 'that table is not replicated';
        const child = table ? childOf(spec, target, table) : null;
        // Left out first and dropped then, as it should be: the copy goes on as it is.
        const stays = table && !isRebuilt(rebuild, table) && !isCopiedBeside(beside, table);
        const tell = stays && child?.[key].includes(ref.column) ? warning : blocking;
        return [tell(name, `source.${key} names ${name}, but ${what}`, takeOutOf(`source.${key}`, writeColumn(ref)))];
      }),
    ),

  'text-columns-changed': ({ spec, target, upstream, tables, recreate }) => {
    const { source } = target;
    // Tables of our own are dropped and copied again by the run itself.
    if (source === null || recreate.length > 0 || isOurs(source.comment, spec.name)) return [];
    return upstream.flatMap((table): Found[] => {
      const child = childOf(spec, target, table);
      const differences = child ? columnDifferences(spec, source, child, table) : [];
      if (!child || differences.length === 0) return [];
      const sentence = `${tableName(table)} was adopted and keeps the columns it was copied with (${differences.join(', ')}); copying it again: ${copyCost(
        spec,
        target,
        allIn(tables, table),
      )}`;
      const { item, kind } = droppedTable(spec, child, '');
      const drop = kind === 'table' ? dropTable(item) : dropSubsource(item);
      const fix = `${statements(drop)} -- then apply, which adds it again`;
      const joins = differences.some((difference) => difference.includes(': joins '));
      return [(joins ? blocking : warning)(tableName(table), sentence, fix)];
    });
  },

  'inherited-table': ({ spec, upstream, fresh, leftOut }) => {
    const taken = upstream.filter(hasHeirs).map((table) => {
      const name = tableName(table);
      const sentence = `a copy of ${name} has the rows of ${heirsOf(table)}, and the changes that follow have only its own`;
      if (isIn(fresh, table)) {
        return blocking(name, sentence, table.hypertable ? leaveOut(spec, table) : 'name the tables that inherit');
      }
      return warning(name, `${sentence}: Materialize may show rows that are gone`, 'replicate the tables that inherit');
    });
    if (leftOut.length === 0) return taken;
    const names = listed(leftOut.map((table) => `${tableName(table)} (${heirsOf(table)})`));
    const sentence = `left out, as a copy has rows that the changes which follow do not touch: ${names}`;
    return [...taken, warning(`source.tables: ${spec.source.tables.kind}`, sentence)];
  },

  'stale-statistics': (context) =>
    context.upstream
      .filter((table) => table.estimatedRows === null && BigInt(table.bytes) > WORTH_ANALYSING_BYTES)
      .filter((table) => isIn(context.fresh, table))
      .map((table) =>
        warning(
          tableName(table),
          `${tableName(table)} (${formatBytes(table.bytes)}) was never analysed: its copy cannot be split and shows no percentage`,
          statements(analyze(table)),
        ),
      ),

  'table-size': (context) => {
    if (!willCopy(context) || context.fresh.length === 0) return [];
    const { rows, bytes } = amount(context.tables);
    const count = rows === null ? 'an unknown number of rows' : plural(rows, 'row');
    const sentence = `the first copy reads ${plural(context.fresh.length, 'table')}: about ${count}, ${formatBytes(bytes)}`;
    return [info('tables', sentence)];
  },

  'table-has-dependents': ({ removed }) =>
    removed
      .filter((table) => table.dependents.length > 0)
      .map((table) => {
        const names = typed(table.dependents);
        const sentence = `${tableName(table)} left the file, but ${listed(names)} read from it: they would go with it`;
        const drops = table.dependents.toReversed().map(dropDependent);
        return blocking(tableName(table), sentence, statements(...drops));
      }),

  'table-dead': ({ tables, target, spec }) =>
    tables.flatMap((table) => {
      const child = childOf(spec, target, table);
      if (!child?.error || target.source?.error) return [];
      const sentence = `${tableName(table)} stands still in Materialize: ${child.error}`;
      return [warning(tableName(table), sentence, `n2m repair ${spec.name}`)];
    }),
};

function heirsOf({ heirs, hypertable }: TableFacts): string {
  if (hypertable) return `the chunks of a hypertable${heirs.count > 0 ? `, ${heirs.count} now` : ''}`;
  return `${firstNames(heirs)}, which inherit${heirs.count === 1 ? 's' : ''} from it`;
}
