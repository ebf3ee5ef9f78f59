import { listed } from '../../plan/context';
import { takeOutOf } from '../../plan/fix';
import { blocking, info, type Rule, warning } from '../../plan/rule';
import { plural } from '../../text/count';
import { tableName } from './select';
import { selectionWords } from './selector';

/** What schemas, all and their patterns came to. */
export const selectionFindings: Record<string, Rule> = {
  'no-tables': ({ tables, source, spec }) => {
    if (tables.length > 0 || source.missingTables.length > 0) return [];
    const selection = spec.source.tables;
    const where =
      selection.kind === 'schemas'
        ? `${selectionWords(selection)} select`
        : `${selection.kind === 'all' ? 'all' : 'the file'} selects`;
    const excluded = source.selection?.excluded.count ?? 0;
    const sentence = `nothing to replicate: ${where} no table`;
    if (excluded === 0) return [blocking('tables', sentence, 'name tables in source.tables')];
    const why = `: source.exclude leaves out all there are, ${plural(excluded, 'table')}`;
    return [blocking('tables', `${sentence}${why}`, 'exclude less in source.exclude')];
  },

  'excluded-tables': ({ source }) => {
    const { count, first } = source.selection?.excluded ?? { count: 0, first: [] };
    if (count === 0) return [];
    const names = listed([...first.map(tableName), ...Array<string>(count - first.length).fill('')]);
    return [info('source.exclude', `source.exclude leaves out ${plural(count, 'table')}: ${names}`)];
  },

  'unmatched-pattern': ({ source }) =>
    (source.selection?.unmatched ?? []).map(({ key, pattern }) => {
      const what = key === 'exclude' ? 'no table that is selected' : 'no schema with tables';
      const sentence = `${pattern} in source.${key} matches ${what}`;
      return warning(pattern, sentence, `correct it, or ${takeOutOf(`source.${key}`, pattern)}`);
    }),
};
