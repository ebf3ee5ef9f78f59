import type { Catalog, CatalogSession } from '../catalog';
import type { SessionSettings } from './settings';

/** A SHOW statement as a SELECT for the backing store, which answers with the recorded columns and types. */
export interface TranslatedShow {
  sql: string;
  /** Notices Materialize adds, e.g. MZ007 when the session's cluster does not exist. */
  notices: { code: string; message: string; hint?: string }[];
}

export interface ShowContext {
  catalog: Catalog;
  session: CatalogSession;
  settings: SessionSettings;
}

/**
 * Turns `SHOW …` (of any kind, settings included) into a SELECT; throws Materialize's errors (42601, 42704, XX000).
 * `sql` is one statement without its semicolon.
 */
export const translateShow = (sql: string, context: ShowContext): Promise<TranslatedShow> => {
  void context;
  return Promise.reject(new Error(`SHOW is still to be written: ${sql}`));
};
