import type { NeonClient, NeonOptions } from './types';

export type { NeonClient, NeonOptions } from './types';

/** A client of the Neon API v2. */
export function createNeon(_options: NeonOptions): NeonClient {
  throw new Error('not yet');
}
