/** What connection poolers answer to a session that begins with settings or for replication; no Postgres says so. */
export const REFUSALS: readonly { product: string; pattern: RegExp }[] = [
  { product: 'RDS Proxy', pattern: /RDS Proxy currently doesn.{1,3}t support/i },
  { product: 'PgBouncer', pattern: /unsupported startup parameter/i },
];

/** The same, also in Materialize's words: newer than 26.39 it looks whether its settings were applied. */
export const POOLER_ANSWERS =
  /connection poolers that strip startup options|unsupported startup parameter|RDS Proxy currently doesn.{1,3}t support/i;
