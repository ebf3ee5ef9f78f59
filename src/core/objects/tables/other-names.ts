import { BY_SCHEMA, MATERIALIZE_NAME_BYTES, progressName, targetName } from '../../names';
import type { PlanContext } from '../../plan/context';
import { callThem } from '../../plan/fix';
import type { PlannedTable } from '../../plan/types';
import { utf8Length } from '../../text/bytes';
import { existsInTarget, selectTables } from './select';

/** Where the file has a template, so many get an alias each rather than all tables another name. */
const FEW = 5;

/** As many as anybody pastes. */
const MOST_ALIASES = 20;

const TEMPLATES = [BY_SCHEMA, '{schema}__{table}', '{schema}.{table}'];

/** What in the file gives these tables names that nothing else has: one setting for all of them, or an alias each. */
export function otherNames(context: PlanContext, wrong: readonly PlannedTable[]): string {
  const selection = context.spec.source.tables;
  if (selection.kind === 'list') return aliases(context, wrong);
  if (selection.targetName !== undefined && wrong.length <= FEW) return aliases(context, wrong);
  const template = TEMPLATES.find((one) => one !== selection.targetName && separates(context, one));
  return template === undefined ? aliases(context, wrong) : `source.targetName: "${template}"`;
}

export function aliases(context: PlanContext, tables: readonly PlannedTable[]): string {
  const taken = takenBeside(context);
  for (const { target } of context.tables) taken.add(target);
  const named = tables.slice(0, MOST_ALIASES).map(({ schema, name }) => {
    const alias = freeName(targetName(BY_SCHEMA, { schema, name }), taken);
    taken.add(alias);
    return { schema, name, alias };
  });
  return callThem(context.spec, named);
}

/** With this template no two tables have one name, and none has a name that is taken or too long. */
function separates(context: PlanContext, template: string): boolean {
  const { spec, source, target, rebuild } = context;
  if (spec.source.tables.kind === 'list') return false;
  const tables = { ...spec.source.tables, targetName: template };
  const under = { ...spec, source: { ...spec.source, tables } };
  const taken = takenBeside(context);
  return selectTables(under, source, target, rebuild).every((table) => {
    const free = !taken.has(table.target) || existsInTarget(context, table);
    taken.add(table.target);
    return free && utf8Length(table.target) <= MATERIALIZE_NAME_BYTES;
  });
}

/** Names that the pipeline's own objects and others in the schema have. */
function takenBeside({ spec, target }: PlanContext): Set<string> {
  const { secret, connection, source } = spec.materialize.names;
  const children = new Set(target.source?.children.map(({ id }) => id));
  const others = target.schemaItems.filter(({ id }) => !children.has(id)).map(({ name }) => name);
  return new Set([secret, connection, source, progressName(source), ...others]);
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = `${wanted}_${count}`;
  return name;
}
