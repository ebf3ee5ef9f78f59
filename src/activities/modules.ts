/**
 * Every module with activities, by its line. What one exports with `activity()` is an activity of that name; the objects of
 * the guide come in its order.
 */
export * from './logical-replication';
export * from './role';
export * from './replica-identity';
export * from './grants';
export * from './publication';
export * from './ip-allow';
export * from './schema';
export * from './cluster';
export * from './secret';
export * from './connection';
export * from './source';
export * from './beside';
export * from './tables';
export * from './first-copy';
export * from './watch';

export * from './plan';
export * from './destroy';
export * from './repair';
export * from './questions';
export * from './verify';
