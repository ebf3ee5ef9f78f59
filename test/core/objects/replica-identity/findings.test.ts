import { replicaIdentityFindings } from '../../../../src/core/objects/replica-identity/findings';
import { testFindings, publication, orders } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

const weak = { count: 1, first: [{ schema: 'public', name: 'orders_1', identity: 'default' as const }] };

testFindings(replicaIdentityFindings, {
  raised: [
    [
      'table-owner',
      'a partition of somebody else',
      { source: orders(f.partitioned({ foreign: { schema: 'public', name: 'orders_1', owner: 'bob' } })) },
      'blocking',
      'GRANT "bob" TO "neondb_owner";',
    ],
    [
      'replica-identity',
      'partitions of a table that is copied',
      { source: orders(f.partitioned({ weak })) },
      'info',
      'ALTER TABLE "public"."orders_1" REPLICA IDENTITY FULL;',
    ],
    [
      'replica-identity',
      'a new partition of a table that is there',
      { built: true, source: orders(f.partitioned({ weak })) },
      'warning',
      'ALTER TABLE "public"."orders_1" REPLICA IDENTITY FULL;',
    ],
    [
      'table-owner',
      'a table of somebody else',
      { source: orders({ ownedByUs: false, owner: 'boss' }) },
      'blocking',
      'GRANT "boss" TO "neondb_owner";',
    ],
    ['replica-identity', 'a table of ours', {}, 'info', 'ALTER TABLE "public"."orders" REPLICA IDENTITY FULL;'],
    [
      'published-without-identity',
      'a published table without a key',
      { source: { ...orders({ hasPrimaryKey: false }), publication } },
      'warning',
      'ALTER TABLE "public"."orders" REPLICA IDENTITY FULL;',
    ],
    [
      'published-without-identity',
      'a table without a key that others publish',
      { source: orders({ replicaIdentity: 'nothing', publications: [f.publishedBy('analytics')] }) },
      'warning',
      'ALTER TABLE "public"."orders" REPLICA IDENTITY FULL;',
    ],
  ],
});
