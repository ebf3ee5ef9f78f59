import type { Pool } from 'pg';
import { clusters } from './objects/clusters';
import { connections } from './objects/connections';
import { drops } from './objects/drops';
import { names } from './objects/names';
import { objects } from './objects/objects';
import { pretty } from './definitions/pretty';
import { privileges } from './objects/privileges';
import { applySettings, seed } from './seed';
import { reconfigurations } from './objects/reconfigurations';
import { sources } from './objects/sources';
import { internalFunctionsSql, userFunctionsSql } from './sql/functions';
import { tablesSql } from './sql/tables';
import { materializeOids, typesSql } from './sql/types';
import { viewsSql } from './sql/views';
import { byVersionSql } from './sql/by-version';
import { featuresOf } from '../version';
import { createStore, type Store } from './store';
import type { CatalogSettings } from './types';
import { views } from './objects/views';

/** Remembers which OIDs the store gave to Materialize's types. */
async function recordTypeOids(on: Store): Promise<void> {
  for (const [name, oid] of Object.entries(materializeOids)) {
    await on.query(
      `INSERT INTO mz_store.type_oids SELECT t.oid, $2 FROM pg_type t
       JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'mz_catalog' AND t.typname = $1`,
      [name, oid],
    );
  }
}

async function install(store: Store): Promise<void> {
  await store.transaction(async (on) => {
    const statements = [...typesSql, ...tablesSql, ...internalFunctionsSql, ...viewsSql, ...userFunctionsSql];
    for (const statement of statements) await on.query(statement);
    await recordTypeOids(on);
    await seed(on);
  });
}

/**
 * Definitions of the stand-in, kept in the backing store (schema `mz_store`), from which the relations of `mz_catalog`
 * and `mz_internal` are derived. Every method is one transaction; callers serialize DDL among themselves. Methods named
 * `resolve…` throw Materialize's own error when nothing is found, `find…` answer null.
 *
 * The catalog also makes and removes what stands for an object in the store: the schema of a schema, the table
 * `mz_store."<id>"` with its row in `mz_store.table_state` (committed false) and the view over it for an ingested table,
 * the view of a view, the store role of a role.
 */
export type Catalog = Awaited<ReturnType<typeof installCatalog>>;

/**
 * Makes types, tables, views and functions in the store's database `materialize` (the pool of a superuser), or opens what a
 * former run left there.
 */
export async function installCatalog(pool: Pool, settings: CatalogSettings) {
  const store = createStore(pool);
  const [installed] = await store.query(`SELECT FROM pg_namespace WHERE nspname = 'mz_store'`);
  if (installed === undefined) await install(store);
  const features = featuresOf(settings.version);
  await store.transaction(async (on) => {
    await applySettings(on, settings);
    for (const statement of byVersionSql(features)) await on.query(statement);
  });
  const oids = await store.query<{ store_oid: string; oid: string }>('SELECT store_oid, oid FROM mz_store.type_oids');
  const named = names(store);
  return {
    /** What this version has that not every one has. */
    features,
    /** Type OID of the backing store → type OID of Materialize, for rewriting RowDescription; others are equal. */
    typeOids: new Map(oids.map((row) => [Number(row.store_oid), Number(row.oid)])),
    ...named,
    ...objects(store),
    ...clusters(store),
    ...reconfigurations(store),
    ...privileges(store),
    ...connections(store),
    ...sources(store),
    ...views(store),
    ...pretty(store, features),
    ...drops(store, (item, session) => named.minimalName(item, session)),
  };
}
