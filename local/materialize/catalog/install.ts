import type { Pool } from 'pg';
import type { Catalog } from './index';
import type { CatalogSettings } from './types';

export const installCatalog = (pool: Pool, settings: CatalogSettings): Promise<Catalog> => {
  void pool;
  return Promise.reject(new Error(`the catalog of ${settings.version} is still to be written`));
};
