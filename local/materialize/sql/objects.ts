import type { ItemKind, Name } from './ast';
import type { Cursor } from './cursor';

const KINDS: ItemKind[] =
  `CLUSTER REPLICA, CLUSTER, COLUMN, CONNECTION, DATABASE, INDEX, MATERIALIZED VIEW, ROLE, SCHEMA, SECRET, SINK,
  SOURCE, TABLE, TYPE, VIEW`.split(/,\s+/) as ItemKind[];

/** The kind of object named after DROP, ALTER, COMMENT ON. */
export function itemKind(cursor: Cursor, after: string): ItemKind {
  const found = KINDS.find((kind) => cursor.accept(...kind.split(' ')));
  if (found === 'MATERIALIZED VIEW' || found !== undefined) return found;
  return cursor.fail(`Expected a kind of object after ${after}, found ${cursor.token.text || 'EOF'}`);
}

/** The name of an object: schemas and items may be qualified, clusters, roles and databases may not. */
export function objectName(cursor: Cursor, kind: ItemKind): Name {
  return kind === 'CLUSTER' || kind === 'ROLE' || kind === 'DATABASE' ? [cursor.identifier()] : cursor.name();
}
