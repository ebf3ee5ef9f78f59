import { listed } from '../../plan/context';
import { blocking, type Rule, statements } from '../../plan/rule';
import { grantSelect, grantUsage } from '../../sql/postgres';
import { tableName } from '../tables/select';
import { neededGrants } from './needed';

/** What the role may not read, and whether this login may let it. */
export const grantsFindings: Record<string, Rule> = {
  'schema-usage': ({ source, upstream, spec }) => {
    const role = spec.source.role.name;
    const { schemas } = neededGrants(source, upstream);
    // A role that is still to be made gets what everybody has.
    const open = (schema: string) => upstream.some((table) => table.schema === schema && table.schemaOpen);
    const closed = schemas
      .filter((schema) => source.role !== null || !open(schema))
      .filter((schema) =>
        upstream.some((table) => table.schema === schema && !table.schemaUsable && !table.schemaGrantable),
      );
    return closed.map((schema) => {
      const tables = upstream.filter((table) => table.schema === schema).map(tableName);
      const sentence = `${role} may not use schema ${schema}, and ${source.user.name} may not let it: Postgres would only warn, and ${listed(tables)} stay closed`;
      return blocking(
        `schema ${schema}`,
        sentence,
        `${statements(grantUsage(schema, role))} -- by the owner of the schema`,
      );
    });
  },

  'table-privileges': ({ upstream, source, spec }) => {
    const role = spec.source.role.name;
    return neededGrants(source, upstream)
      .tables.filter((table) => !table.ownedByUs)
      .map((table) =>
        blocking(
          tableName(table),
          `${role} may not read ${tableName(table)}, and ${source.user.name} may not grant it: ${table.owner} has to`,
          statements(grantUsage(table.schema, role), grantSelect([table], role)),
        ),
      );
  },
};
