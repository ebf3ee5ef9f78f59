import type { TableFacts, TablePublication } from '../../plan/facts';
import { blocking, info, type Rule, statements, warning } from '../../plan/rule';
import { tablesToPublish } from '../publication/differences';
import { tableName } from '../tables/select';
import { grantMembership, replicaIdentityFull } from './statements';

const needsPublishing = (table: TableFacts, publication: Parameters<typeof tablesToPublish>[1] | null): boolean =>
  publication === null || tablesToPublish([table], publication).length > 0;

const sendsChanges = ({ publishes }: TablePublication): boolean => publishes.update || publishes.delete;

/** What the application could not do any more, and what it pays, once a table logs whole rows. */
export const replicaIdentityFindings: Record<string, Rule> = {
  'table-owner': ({ upstream, source }) =>
    upstream
      .filter((table) => !table.ownedByUs)
      .filter((table) => table.replicaIdentity !== 'full' || needsPublishing(table, source.publication))
      .map((table) => {
        const sentence = `${tableName(table)} belongs to ${table.owner}; ${source.user.name} may neither set its replica identity nor publish it`;
        return blocking(tableName(table), sentence, statements(grantMembership(table.owner, source.user.name)));
      }),

  'replica-identity': ({ upstream }) =>
    upstream
      .filter((table) => table.ownedByUs && table.replicaIdentity !== 'full')
      .map((table) =>
        info(
          tableName(table),
          `${tableName(table)} has replica identity ${table.replicaIdentity}; the run sets it to full before publishing`,
          statements(replicaIdentityFull(table)),
        ),
      ),

  'published-without-identity': ({ upstream, source }) =>
    upstream
      .filter((table) => !needsPublishing(table, source.publication) || table.publications.some(sendsChanges))
      .filter(
        (table) => table.replicaIdentity === 'nothing' || (table.replicaIdentity === 'default' && !table.hasPrimaryKey),
      )
      .map((table) =>
        warning(
          tableName(table),
          `${tableName(table)} is published without a replica identity: its updates and deletes fail with 55000 right now`,
          statements(replicaIdentityFull(table)),
        ),
      ),
};
