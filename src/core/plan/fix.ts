import { writeTablePattern } from '../spec/globs';
import { hasControl, writeAlias, writeTable } from '../spec/identifiers';
import type { PipelineSpec } from '../spec/types';
import type { TableName } from '../sql/upstream';
import { yamlScalar } from '../text/yaml-scalar';

/** Fixes that are made in the file, as it is written: what stands after the colon can be pasted. */

export const setTo = (key: string, value: string): string => `${key}: ${yamlScalar(value)}`;

/** Beside what the list has. */
export const add = (key: string, items: readonly string[]): string =>
  items.some(hasControl) ? UNSAYABLE : `${key}: [${items.map((item) => yamlScalar(item)).join(', ')}]`;

const UNSAYABLE = 'rename it upstream: its name has control characters, which the file does not take';

/** The role under its name, made otherwise or given. */
export const roleBy = (name: string, rest: string): string => `source.role: {name: ${yamlScalar(name)}, ${rest}}`;

export const takeOutOf = (key: string, item: string): string => `take ${item} out of ${key}`;

/** A table that is not to be replicated. */
export const leaveOut = ({ source }: PipelineSpec, table: TableName): string =>
  source.tables.kind === 'list'
    ? takeOutOf('source.tables', writeTable(table))
    : add('source.exclude', [writeTablePattern(table)]);

/** Tables under other names; in a list each takes the place of its entry. */
export const callThem = ({ source }: PipelineSpec, tables: readonly (TableName & { alias: string })[]): string =>
  add(
    source.tables.kind === 'list' ? 'source.tables' : 'source.aliases',
    tables.map((table) => writeAlias(table, table.alias)),
  );
