/** The upstream Postgres: sessions and read-backs. */
export * from './activity';
export * from './connect';
export * from './facts';
export * from './others';
export * from './pooler';
export { readPublishedInLine, readReplicaIdentities, withPartitions } from './tables/partitions';
export * from './reading';
export { readRole } from './role';
export { scramVerifier } from './scram';
export { readOwnPublications, readPublication, readServer, readWalLevel } from './server';
export * from './shared';
export * from './standby';
export * from './tables';
export { readColumnsOf } from './tables/columns';
export * from './tables/refused-values';
export * from './writes';
export * from './verify';
