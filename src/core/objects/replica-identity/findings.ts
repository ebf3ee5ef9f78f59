import type { TablePublication } from '../publication/facts';
import type { TableFacts } from '../tables/facts';
import { blocking, type Found, info, type Rule, statements, warning } from '../../plan/rule';
import { tablesToPublish } from '../publication/differences';
import { isIn } from '../tables/find';
import { isPartitioned, type Partitioned } from '../tables/partitions';
import { firstNames, tableName } from '../tables/select';
import { grantMembership, replicaIdentityFull } from './statements';

const needsPublishing = (table: TableFacts, publication: Parameters<typeof tablesToPublish>[1] | null): boolean =>
  publication === null || tablesToPublish([table], publication).length > 0;

/** A new partition does not take its parent's over: the first UPDATE or DELETE in it kills the whole table in Materialize. */
function weakPartitions(table: Partitioned, fresh: boolean): Found {
  const { weak } = table.partitions;
  const which = weak.count === 1 ? 'partition' : 'partitions';
  const sentence = `${which} ${firstNames(weak)} of ${tableName(table)} without replica identity full: the run sets it`;
  const fix = statements(...weak.first.map(replicaIdentityFull));
  if (fresh) return info(tableName(table), `${sentence} before publishing`, fix);
  return warning(
    tableName(table),
    `${sentence}; until then the next update or delete there kills the table in Materialize`,
    fix,
  );
}

const sendsChanges = ({ publishes }: TablePublication): boolean => publishes.update || publishes.delete;

/** What the application could not do any more, and what it pays, once a table logs whole rows. */
export const replicaIdentityFindings: Record<string, Rule> = {
  'table-owner': ({ upstream, source }) => [
    ...upstream
      .filter((table) => !table.ownedByUs)
      .filter((table) => table.replicaIdentity !== 'full' || needsPublishing(table, source.publication))
      .map((table) => {
        const sentence = `${tableName(table)} belongs to ${table.owner}; ${source.user.name} may neither set its replica identity nor publish it`;
        return blocking(tableName(table), sentence, statements(grantMembership(table.owner, source.user.name)));
      }),
    ...upstream.flatMap(({ partitions }) => {
      if (!partitions?.foreign) return [];
      const { owner, ...leaf } = partitions.foreign;
      const sentence = `partition ${tableName(leaf)} belongs to ${owner}; ${source.user.name} may not set its replica identity`;
      return [blocking(tableName(leaf), sentence, statements(grantMembership(owner, source.user.name)))];
    }),
  ],

  'replica-identity': ({ upstream, fresh }) =>
    upstream
      .filter((table) => table.ownedByUs && table.replicaIdentity !== 'full')
      .map((table) =>
        isPartitioned(table) && table.partitions.weak.count > 0
          ? weakPartitions(table, isIn(fresh, table))
          : info(
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
