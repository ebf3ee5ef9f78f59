import { blocking, type Rule } from '../../plan/rule';
import { createDatabase, grantPrivilege } from './statements';

/** Where everything in Materialize goes, and whether this login may make it. */
export const schemaFindings: Record<string, Rule> = {
  'materialize-privileges': ({ target }) =>
    target.missingPrivileges.map((privilege) =>
      blocking(
        `role ${target.user}`,
        `${target.user} lacks ${privilege}`,
        `${grantPrivilege(privilege, target.user)};`,
      ),
    ),

  'database-missing': ({ target, spec }) => {
    const { database } = spec.materialize;
    if (target.databaseExists) return [];
    return [
      blocking(
        `database ${database}`,
        `database ${database} does not exist in Materialize`,
        `${createDatabase(database)};`,
      ),
    ];
  },
};
