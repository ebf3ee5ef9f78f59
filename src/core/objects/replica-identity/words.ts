import type { Entry } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const replicaIdentityWords: Record<string, Entry> = {
  'table-owner': [
    'Replica identity and publication are the owner’s to change.',
    'SELECT schemaname, tablename, tableowner FROM pg_tables;',
    'GRANT owner TO the connected role;, or connect as the owner.',
  ],
  'replica-identity': [
    'Materialize needs the old row of every change.',
    "SELECT relname, relreplident FROM pg_class WHERE relkind = 'r';",
    'The run sets it, before it publishes: the other order breaks updates of tables without a key.',
  ],
  'published-without-identity': [
    'Updates and deletes of this table fail right now with 55000.',
    'SELECT * FROM pg_publication_tables;',
    'ALTER TABLE … REPLICA IDENTITY FULL; at once.',
  ],
  'generated-columns': [
    'Materialize takes no generated column. Stored ones are published from Postgres 18 on, because updates of a table with replica identity full would be refused without; virtual ones cannot be published at all, so such a table cannot be replicated.',
    "SELECT attrelid::regclass, attname, attgenerated FROM pg_attribute WHERE attgenerated <> '';",
    'Compute stored ones in a view over the table: the plan has their expressions. Make virtual ones STORED, or leave the table out.',
  ],
  'other-publication-columns': [
    'Another publication lists columns of the table or leaves its generated ones out. Together with replica identity full, which Materialize needs, Postgres then refuses every update and delete (42P10).',
    'SELECT p.pubname, r.prrelid::regclass, r.prattrs FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid;',
    'Its owner publishes whole rows, or the table is left out.',
  ],
  'identity-full-cost': [
    'With replica identity full each update and delete logs the whole old row, what is stored out of line included. The estimate is width times rate, from the statistics of the server.',
    'SELECT relname, n_tup_upd, n_tup_del FROM pg_stat_user_tables;',
    'See that disk, archive and standbys carry it; keep wide columns that Materialize does not need in a table of their own.',
  ],
};
