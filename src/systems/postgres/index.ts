/** The upstream Postgres: sessions and read-backs. */
export * from './activity';
export * from './connect';
export * from './facts';
export * from './others';
export * from './reading';
export { scramVerifier } from './scram';
export { readOwnPublications, readPublication, readRole, readServer, readWalLevel } from './server';
export * from './shared';
export * from './tables';
export * from './writes';
export * from './verify';
