/** What was read of the connection in Materialize. */

import type { ParsedConnection } from '../../sql/parse-create';

export interface ConnectionFacts extends ParsedConnection {
  id: string;
  comment: string | null;
  createSql: string;
}

/** A server that n2m reaches without checking who answers. */
export interface UnverifiedHost {
  host: string;
  encrypted: boolean;
}
