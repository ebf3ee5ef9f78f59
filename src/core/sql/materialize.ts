/** Every statement in Materialize: each is in the room of its object. */
export * from './items';
export * from '../objects/beside/statements';
export * from '../objects/cluster/statements';
export * from '../objects/connection/statements';
export * from '../objects/schema/statements';
export * from '../objects/secret/statements';
export * from '../objects/source/statements';
export * from '../objects/tables/statements';
