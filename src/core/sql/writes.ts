import { FOREIGN, FOREIGN_CODE, OURS } from './foreign-code';
import { quoteLiteral } from './quote';
import type { TableName } from './postgres';

/**
 * The proof of writes. Whether the application may UPDATE and DELETE, Postgres decides when a statement starts, from replica
 * identity, column lists and generated columns: `EXPLAIN` runs just that check (CheckCmdReplicaIdentity) without reading a
 * row, locking one or firing a trigger; see refused-writes.test.ts, on every version. Each EXPLAIN runs in a subtransaction
 * that is rolled back, so no lock outlives it and none is waited for longer than LOCK_WAIT; as part of a DO block
 * it is one round trip, and one entry in pg_stat_statements.
 */

/** What the block raises where a write is refused that was not before. */
export const WRITES_REFUSED = 'N2M01';

const LOCK_WAIT = '20ms';
/** After so many tables that are locked the rest is not waited for. */
const LOCKED_AT_MOST = 5;
/** Named one by one; beyond it there is the count. */
const NAMED_AT_MOST = 50;

export interface KnownRefusal extends TableName {
  operation: 'UPDATE' | 'DELETE';
}

/**
 * Proves the tables that exist, and everything that inherits from them. The last statement answers one row, `proof` as JSON
 * text; see `WritesProof`. Reads only.
 */
export const proveWrites = (tables: readonly TableName[]): string =>
  `${block(tables, null)}; SELECT pg_catalog.current_setting('n2m.proof') AS proof`;

/**
 * For the end of a transaction that changes identity or publication: fails with WRITES_REFUSED, and the proof as message, where
 * a write is refused that is not in `known`.
 */
export const requireWrites = (tables: readonly TableName[], known: readonly KnownRefusal[]): string =>
  block(tables, known);

/** One literal, as a name may hold whatever ends a dollar quote. */
const block = (tables: readonly TableName[], known: readonly KnownRefusal[] | null): string =>
  `DO ${quoteLiteral(body(json(tables), known === null ? null : json(known)))}`;

const json = (list: readonly TableName[]): string =>
  quoteLiteral(JSON.stringify(list.map(({ schema, name, ...rest }) => ({ schema, name, ...operationOf(rest) }))));

const operationOf = (rest: object): object => ('operation' in rest ? { operation: rest.operation } : {});

/** The column an UPDATE names. One that is generated, or always an identity, takes DEFAULT only. */
const COLUMN = `
      SELECT pg_catalog.format(CASE WHEN coalesce(pg_catalog.to_jsonb(a) ->> 'attgenerated', '') = '' AND a.attidentity = ''
                                    THEN '%1$I = %1$I' ELSE '%1$I = DEFAULT' END, a.attname)
      FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY coalesce(pg_catalog.to_jsonb(a) ->> 'attgenerated', '') <> '', a.attidentity <> '', a.attnum LIMIT 1`;

const VIRTUAL = `
      SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a
                     WHERE a.attrelid = one.oid AND pg_catalog.to_jsonb(a) ->> 'attgenerated' = 'v')`;

/** What a sentence about a refusal needs: who publishes the table, and with which columns. */
const PUBLISHERS = `
      SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', p.pubname,
               'columns', EXISTS (SELECT FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = one.oid
                                  AND pg_catalog.to_jsonb(r) ->> 'prattrs' IS NOT NULL),
               'generated', coalesce(pg_catalog.to_jsonb(p) ->> 'pubgencols', 's') = 's') ORDER BY p.pubname)
      FROM pg_catalog.pg_publication p
      WHERE p.pubname IN (SELECT t.pubname FROM pg_catalog.pg_publication_tables t
                          WHERE t.schemaname = one.schema AND t.tablename = one.name)`;

const body = (tables: string, known: string | null): string => `
DECLARE
  one record;
  write text;
  state text;
  detail text;
  locked int := 0;
  refused_count int := 0;
  untold_count int := 0;
  fresh boolean := false;
  refused pg_catalog.jsonb[] := '{}';
  untold pg_catalog.jsonb[] := '{}';
  proof text;
BEGIN
  PERFORM pg_catalog.set_config('lock_timeout', '${LOCK_WAIT}', true);
  FOR one IN
    WITH RECURSIVE family AS (
      SELECT c.oid FROM pg_catalog.json_to_recordset(${tables}) AS w(schema text, name text)
      JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
      JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
      UNION
      SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN family f ON f.oid = i.inhparent
    )
    SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, (${COLUMN}) AS assignment,
           ${OURS} AS ours
    FROM family f
    JOIN pg_catalog.pg_class c ON c.oid = f.oid AND c.relkind = 'r'
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    ORDER BY 2, 3
  LOOP
    FOREACH write IN ARRAY ARRAY['UPDATE', 'DELETE'] LOOP
      CONTINUE WHEN write = 'UPDATE' AND one.assignment IS NULL;
      state := CASE WHEN locked >= ${LOCKED_AT_MOST} THEN '55P03' END;
      IF state IS NULL THEN
        BEGIN
          IF NOT one.ours THEN
            -- Its owner must not put code there between the look and the planning; reads and writes are not held up.
            EXECUTE pg_catalog.format('LOCK TABLE ONLY %I.%I IN SHARE UPDATE EXCLUSIVE MODE', one.schema, one.name);
            IF (SELECT c.relhasrules OR EXISTS (${FOREIGN}) FROM pg_catalog.pg_class c
                WHERE c.oid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', one.schema, one.name))) THEN
              RAISE EXCEPTION USING ERRCODE = '${FOREIGN_CODE}';
            END IF;
          END IF;
          EXECUTE 'EXPLAIN ' || CASE write
            WHEN 'UPDATE' THEN pg_catalog.format('UPDATE ONLY %I.%I SET ', one.schema, one.name) || one.assignment
            ELSE pg_catalog.format('DELETE FROM ONLY %I.%I', one.schema, one.name) END;
          RAISE EXCEPTION USING ERRCODE = 'N2M00';
        EXCEPTION WHEN OTHERS THEN
          GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
        END;
      END IF;
      IF state = '55P03' THEN locked := locked + 1; END IF;
      IF state IN ('55000', '42P10') THEN
        refused_count := refused_count + 1;
        IF refused_count <= ${NAMED_AT_MOST} THEN
          refused := refused || pg_catalog.jsonb_build_object('schema', one.schema, 'name', one.name,
            'operation', write, 'code', state, 'detail', detail, 'virtual', (${VIRTUAL}), 'publications', (${PUBLISHERS}));
        END IF;
        fresh := fresh OR ${isFresh(known)};
      ELSIF state <> 'N2M00' THEN
        untold_count := untold_count + 1;
        IF untold_count <= ${NAMED_AT_MOST} THEN
          untold := untold || pg_catalog.jsonb_build_object('schema', one.schema, 'name', one.name,
            'operation', write, 'code', state);
        END IF;
      END IF;
    END LOOP;
  END LOOP;
  proof := pg_catalog.jsonb_build_object('refused', pg_catalog.to_jsonb(refused), 'refusedCount', refused_count,
    'untold', pg_catalog.to_jsonb(untold), 'untoldCount', untold_count)::text;
  IF fresh THEN RAISE EXCEPTION USING ERRCODE = '${WRITES_REFUSED}', MESSAGE = proof; END IF;
  PERFORM pg_catalog.set_config('n2m.proof', proof, true);
END`;

const isFresh = (known: string | null): string =>
  known === null
    ? 'false'
    : `NOT EXISTS (SELECT FROM pg_catalog.json_to_recordset(${known}) AS k(schema text, name text, operation text)
                   WHERE k.schema = one.schema AND k.name = one.name AND k.operation = write)`;
