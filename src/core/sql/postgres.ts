/** Every statement upstream: each is in the room of its object. */
export * from './upstream';
export * from '../objects/grants/statements';
export * from '../objects/publication/statements';
export * from '../objects/replica-identity/statements';
export * from '../objects/role/statements';
export * from '../objects/source/slot-statements';
