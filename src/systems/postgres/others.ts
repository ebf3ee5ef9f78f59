import type { MarkFound } from '../../core/destroy/evidence';
import { readMark } from '../../core/plan/ownership';
import type { SqlClient } from '../sql-client';

/** Databases of managed services in which no user can have a session. */
const MANAGED = ['rdsadmin', 'cloudsqladmin', 'alloydbadmin', 'azure_maintenance', 'azure_sys'];

/** Other databases of this server, and whether our login may look into them. */
export async function listOtherDatabases(client: SqlClient): Promise<{ name: string; open: boolean }[]> {
  return client.query(
    `SELECT d.datname::text AS name, pg_catalog.has_database_privilege(d.oid, 'CONNECT') AS open
     FROM pg_catalog.pg_database d
     WHERE d.datallowconn AND NOT d.datistemplate AND d.datname <> pg_catalog.current_database()
       AND d.datname <> ALL ($1::text[]) ORDER BY 1`,
    [MANAGED],
  );
}

/** Publications of this database that carry the mark of another pipeline than this one, and what they publish. */
export async function readMarks(client: SqlClient, pipeline: string): Promise<Omit<MarkFound, 'place'>[]> {
  const rows = await client.query<{
    publication: string;
    comment: string;
    ours: boolean;
    tables: MarkFound['tables'];
  }>(
    `SELECT p.pubname::text AS publication, c.comment, pg_catalog.pg_get_userbyid(p.pubowner) = current_user AS ours,
            coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', t.schemaname, 'name', t.tablename)
                                                 ORDER BY t.schemaname, t.tablename)
                      FROM pg_catalog.pg_publication_tables t WHERE t.pubname = p.pubname), '[]') AS tables
     FROM pg_catalog.pg_publication p
     CROSS JOIN LATERAL (SELECT pg_catalog.obj_description(p.oid, 'pg_publication') AS comment) c
     WHERE c.comment LIKE '%"n2m"%' ORDER BY 1`,
  );
  return rows.flatMap(({ comment, ...row }) => {
    const mark = readMark(comment);
    if (mark === null || mark.pipeline === pipeline) return [];
    return [{ ...row, pipeline: mark.pipeline, added: mark.added ?? [] }];
  });
}

/** Slots of Materialize's on this server that are read now. A branch of Neon has none of its parent's. */
export async function readActiveSlots(client: SqlClient): Promise<{ slot: string; database: string }[]> {
  return client.query(
    `SELECT slot_name::text AS slot, database::text AS database FROM pg_catalog.pg_replication_slots
     WHERE slot_type = 'logical' AND active AND NOT temporary AND slot_name LIKE 'materialize\\_%' ORDER BY 1`,
  );
}

/** Whether Materialize has a slot in this database, read or not. */
export async function hasMaterializeSlot(client: SqlClient): Promise<boolean> {
  const rows = await client.query(
    `SELECT 1 FROM pg_catalog.pg_replication_slots
     WHERE slot_type = 'logical' AND NOT temporary AND database = pg_catalog.current_database()
       AND slot_name LIKE 'materialize\\_%' LIMIT 1`,
  );
  return rows.length > 0;
}
