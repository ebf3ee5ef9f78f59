/** Materialize: sessions and read-backs. */
export * from './connect';
export * from './looks';
