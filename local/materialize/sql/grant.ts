import type { GrantTarget, ItemKind, Statement } from './ast';
import type { Cursor } from './cursor';
import { objectName } from './objects';

const PRIVILEGES =
  `SELECT, INSERT, UPDATE, DELETE, USAGE, CREATE, CREATEROLE, CREATEDB, CREATECLUSTER, CREATENETWORKPOLICY`.split(
    /,\s+/,
  );

/** GRANT or REVOKE, the word taken already. */
export function grantOrRevoke(cursor: Cursor, kind: 'grant' | 'revoke'): Statement {
  const privileges = readPrivileges(cursor);
  const direction = kind === 'grant' ? 'TO' : 'FROM';
  if (privileges === undefined) {
    const granted = cursor.commaSeparated(() => cursor.identifier());
    cursor.expect(direction);
    return { kind: kind === 'grant' ? 'grantRole' : 'revokeRole', granted, roles: roles(cursor) };
  }
  cursor.expect('ON');
  const on = target(cursor);
  cursor.expect(direction);
  return { kind, privileges, on, roles: roles(cursor) };
}

function readPrivileges(cursor: Cursor): string[] | undefined {
  if (cursor.accept('ALL')) {
    cursor.accept('PRIVILEGES');
    return ['ALL'];
  }
  if (!PRIVILEGES.some((privilege) => cursor.isWord(privilege))) return undefined;
  return cursor.commaSeparated(() => cursor.expectOneOf(PRIVILEGES));
}

function roles(cursor: Cursor): string[] {
  return cursor.commaSeparated(() => {
    cursor.accept('GROUP');
    return cursor.identifier();
  });
}

function target(cursor: Cursor): GrantTarget {
  if (cursor.accept('SYSTEM')) return { type: 'system' };
  const all = cursor.accept('ALL');
  const kinds: ItemKind[] = ['TABLE', 'SCHEMA', 'DATABASE', 'CLUSTER', 'SECRET', 'CONNECTION', 'TYPE'];
  const kind = kinds.find((word) => cursor.accept(all ? `${word}S` : word)) ?? 'TABLE';
  if (!all) return { type: 'objects', kind, names: cursor.commaSeparated(() => objectName(cursor, kind)) };
  if (!cursor.accept('IN', 'SCHEMA')) return { type: 'allIn', kind, schema: [] };
  return { type: 'allIn', kind, schema: cursor.name() };
}
