/** Materialize: sessions and read-backs. Everything is looked up by its full name, whatever its id is by now. */
export { listClusters, readCluster, readReplicas, type Replica } from './cluster';
export * from './connect';
export * from './definitions';
export * from './dependents';
export * from './facts';
export { readConnection, readSchema, readSecret } from './items';
export * from './others';
export * from './progress';
export { readRows } from './reads';
export * from './server';
export { readLeftovers } from './leftovers';
export { readSlotReaders, readSource } from './source';
export { readOrphans } from './orphans';
export * from './verify';
