import type { Pool } from 'pg';
import type { Catalog, CatalogRole, CatalogSession } from './catalog';
import type { BackgroundResizes } from './background';
import type { Ingestion } from './contract';
import type { Notice } from './wire/messages';

/** Runs one piece of work at a time, in the order asked. */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work, work);
    this.last = result.catch(() => undefined);
    return result;
  }
}

/** What all sessions of one stand-in share. */
export interface Environment {
  readonly catalog: Catalog;
  /** The backing store as the superuser. */
  readonly store: Pool;
  readonly ingestion: Ingestion;
  /** Changes of clusters on their way. */
  readonly resizes: BackgroundResizes;
  /** Changes of definitions, one at a time. */
  readonly definitions: Mutex;
  /** Values set by ALTER SYSTEM or by the options, by name. */
  readonly system: () => Record<string, string>;
  reloadSystem(): Promise<void>;
  /** Ends what other sessions read from relations that are being dropped, while `work` runs. */
  evictingReaders<T>(work: () => Promise<T>): Promise<T>;
  log: (line: string) => void;
}

/** Whether CREATE TABLE … FROM SOURCE is taken: by version, unless a flag says. */
export const takesSourceTables = (environment: Environment): boolean =>
  environment.system()['enable_create_table_from_source'] === undefined
    ? environment.catalog.features.sourceTables
    : flag(environment, 'enable_create_table_from_source');

/** Whether a system flag is on. */
export const flag = (environment: Environment, name: string): boolean =>
  ['on', 'true', 't', '1', 'yes'].includes((environment.system()[name] ?? '').toLowerCase());

/** What a definition statement is carried out with. */
export interface DdlContext {
  environment: Environment;
  catalog: Catalog;
  session: CatalogSession;
  role: CatalogRole;
  /** The session's setting `cluster`. */
  activeCluster: string;
  /** The statement as written. */
  sql: string;
  /** Aborted by a cancel request. */
  signal: AbortSignal;
  notice(notice: Notice): void;
}
