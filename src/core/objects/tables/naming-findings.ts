import { MATERIALIZE_NAME_BYTES, progressName } from '../../names';
import { listed, type PlanContext } from '../../plan/context';
import { leaveOut } from '../../plan/fix';
import type { PlannedTable } from '../../plan/types';
import { blocking, type Found, isCreating, type Rule, statements, warning } from '../../plan/rule';
import { utf8Length } from '../../text/bytes';
import { plural } from '../../text/count';
import { aliases, otherNames } from './other-names';
import { childOf, existsInTarget, tableName } from './select';
import { renameTable } from './statements';

/** Its parser refuses them as identifiers, quoted or not. */
const NO_NAMES = ['.', '..'];

/** What the tables are called in Materialize. */
export const namingFindings: Record<string, Rule> = {
  'name-refused': ({ upstream, spec }) =>
    upstream
      .filter(({ schema, name }) => NO_NAMES.includes(schema) || NO_NAMES.includes(name))
      .map((table) =>
        blocking(
          tableName(table),
          `Materialize takes no name that is only . or ..: no statement of it can say ${tableName(table)}`,
          `rename it upstream, or ${leaveOut(spec, table)}`,
        ),
      ),

  'duplicate-target': (context) => {
    const firsts = new Map(context.tables.map((table) => [table.target, table] as const).toReversed());
    const doubled = context.tables.filter((table) => firsts.get(table.target) !== table);
    const [one, ...more] = doubled;
    if (one === undefined) return [];
    const other = firsts.get(one.target) ?? one;
    const pair = `${tableName(one)} and ${tableName(other)} would both be called ${one.target} in Materialize`;
    const many = `${plural(doubled.length, 'table')} would be called what another one is in Materialize: ${listed(doubled.map(tableName))}`;
    const [subject, sentence] = more.length === 0 ? [tableName(one), pair] : ['tables', many];
    return [blocking(subject, sentence, otherNames(context, doubled))];
  },

  'target-too-long': (context) => {
    const long = context.tables.filter((table) => utf8Length(table.target) > MATERIALIZE_NAME_BYTES);
    const [one] = long;
    if (one === undefined) return [];
    const sentence = `${plural(long.length, 'table')} would have a name longer than the ${MATERIALIZE_NAME_BYTES} bytes Materialize takes: ${listed(long.map(tableName))}`;
    return [blocking(long.length === 1 ? tableName(one) : 'tables', sentence, otherNames(context, long))];
  },

  'table-named-differently': ({ tables, spec, target }) =>
    tables
      .filter((table) => !table.fresh && table.target !== (table.alias ?? table.name))
      .map((table) => {
        const wanted = table.alias ?? table.name;
        const sentence = `${tableName(table)} is called ${table.target} in Materialize; the file calls it ${wanted}`;
        const kind = childOf(spec, target, table)?.kind ?? 'subsource';
        return warning(tableName(table), sentence, statements(renameTable(kind, table.target, wanted)));
      }),

  'name-clash': (context) => {
    const { spec, target, tables, syntax } = context;
    const { secret, connection, source } = spec.materialize.names;
    const own = [secret, connection, source, ...(syntax === 'subsources' ? [progressName(source)] : [])];
    const inside = tables
      .filter((table) => own.includes(table.target))
      .map((table) => clash(context, table, `${table.target} is also the name of an object this pipeline makes`));
    const outside = tables
      .filter((table) => !existsInTarget(context, table) && !own.includes(table.target))
      .flatMap((table): Found[] => {
        const item = target.schemaItems.find(({ name, id }) => name === table.target && !isRecreated(context, id));
        if (!item) return [];
        const sentence = `schema ${spec.materialize.schema} already has a ${item.type} called ${table.target}`;
        return [clash(context, table, sentence)];
      });
    return [...inside, ...outside];
  },
};

const clash = (context: PlanContext, table: PlannedTable, sentence: string): Found =>
  blocking(table.target, sentence, aliases(context, [table]));

/** Goes away before the new one comes. */
const isRecreated = (context: PlanContext, id: string): boolean =>
  isCreating(context) && (context.target.source?.children.some((child) => child.id === id) ?? false);
