/** What acts, with what it acts on; the longest first. */
// prettier-ignore
const OBJECTS = [
  'DEFAULT PRIVILEGES', 'PUBLICATION', 'SUBSCRIPTION', 'CONNECTION', 'SCHEMA', 'CLUSTER REPLICA', 'CLUSTER', 'SECRET', 'SOURCE',
  'SINK', 'TABLE', 'VIEW', 'MATERIALIZED VIEW', 'INDEX', 'ROLE', 'USER', 'DATABASE', 'TYPE',
].join('|');

const CHANGES = `(?:CREATE|ALTER|DROP)(?: OR REPLACE)?(?: (?:${OBJECTS}))?`;
const OTHER_CHANGES = `GRANT|REVOKE|COMMENT|INSERT|UPDATE|DELETE|TRUNCATE|LOCK|ANALYZE|CALL|(?:COMMIT|ROLLBACK) PREPARED`;
const LOOKS = 'SELECT|WITH|SHOW|EXPLAIN|VALIDATE|SUBSCRIBE|FETCH|DECLARE|COPY|DO|SET|RESET|BEGIN|START|COMMIT|ROLLBACK';

const CHANGE = new RegExp(`(?:^|;)\\s*(${CHANGES}|${OTHER_CHANGES})\\b`, 'i');
const LOOK = new RegExp(`^[\\s(]*(${LOOKS})\\b`, 'i');

/**
 * What a text does, in words of a closed list, so that nothing of the text itself can be in it: of several statements the first that
 * changes something.
 */
export function statementKind(text: string): string {
  const oneSpace = text.slice(0, LONGEST).replace(/\s+/g, ' ');
  const [, kind = 'OTHER'] = CHANGE.exec(oneSpace) ?? LOOK.exec(oneSpace) ?? [];
  return kind.toUpperCase().replace(' OR REPLACE', '').replace('WITH', 'SELECT');
}

/** The first of several statements is near the beginning, and a text may be megabytes. */
const LONGEST = 20_000;
