import { targetName } from '../names';
import type { PipelineSpec, TableRef } from '../spec/types';

/** One statement or call, and where it goes. */
export interface Call {
  to: 'postgres' | 'materialize' | 'neon' | 'temporal';
  text: string;
}

/** What a step sends where nothing exists yet; what only the systems know stands in <angle brackets>. */
export interface Script {
  /** Why, and when it is left out. */
  comment: string;
  calls: Call[];
}

export const postgres = (text: string): Call => ({ to: 'postgres', text });
export const materialize = (text: string): Call => ({ to: 'materialize', text });
export const neon = (text: string): Call => ({ to: 'neon', text });

/** Schemas and all are resolved when a plan is made: a placeholder stands for each of their tables. */
export function tablesOf({ source }: PipelineSpec): TableRef[] {
  const { tables } = source;
  if (tables.kind === 'list') return tables.tables;
  const schemas =
    tables.kind === 'schemas'
      ? [...tables.schemas, ...(tables.globs ?? []).map((glob) => `<each schema ${glob}>`)]
      : ['<schema>'];
  const { exclude = [] } = tables;
  const but = exclude.length === 0 ? '' : ` but ${exclude.slice(0, 3).join(', ')}${exclude.length > 3 ? ', …' : ''}`;
  return schemas.map((schema) => {
    const table = { schema, name: `<each table${but}>` };
    return { ...table, alias: tables.targetName === undefined ? null : targetName(tables.targetName, table) };
  });
}

/** Items of the pipeline in Materialize by their full names. */
export const itemIn =
  ({ materialize: { database, schema } }: PipelineSpec) =>
  (name: string) => ({ database, schema, name });
