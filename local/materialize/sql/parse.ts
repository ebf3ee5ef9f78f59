import type { Statement } from './ast';
import { Cursor } from './cursor';
import { grammarFault } from './grammar';
import { alter } from './alter';
import { create } from './create';
import { grantOrRevoke } from './grant';
import { STATEMENT_WORDS } from './keywords';
import { itemKind, objectName } from './objects';
import { sessionStatement } from './session';
import { MzError } from '../contract';
import type { Features } from '../version';
import { describe, type StatementText } from './tokens';

/**
 * Parses one statement. `whole` is the query string the statement was cut from, so that positions count from its start.
 * Queries are recognized, not parsed: the backing store does that, after Materialize's own grammar has let them pass, so
 * that what only Postgres takes is refused here, too. Throws 42601 as Materialize words it.
 */
export function parseStatement(
  whole: string,
  statement: StatementText,
  features: Pick<Features, 'excludesConstraints'> = { excludesConstraints: false },
): Statement {
  const cursor = new Cursor(whole, statement.tokens);
  const parsed = dispatch(cursor);
  if (parsed.kind !== 'query' && parsed.kind !== 'showObjects' && parsed.kind !== 'unsupported') cursor.end();
  refuseForeign(features.excludesConstraints ? withoutConstraints(statement) : statement);
  return parsed;
}

/** The published parser is of v26.41, which does not know the option: where a later one is played, it passes as another. */
const withoutConstraints = ({ sql, tokens }: StatementText): StatementText => ({
  sql: sql.replace(/\bEXCLUDE (?:ALL CONSTRAINTS|CONSTRAINTS \((?:[^')]|'(?:[^']|'')*')*\))/gi, 'DETAILS'),
  tokens,
});

/** Our own parser words most faults as the recorded version does; whatever it lets through has to pass this one, too. */
function refuseForeign({ sql, tokens }: StatementText): void {
  const fault = grammarFault(sql);
  if (fault === null) return;
  const before = Buffer.from(sql).subarray(0, fault.offset).toString().length;
  throw new MzError('42601', fault.message, { position: (tokens[0]?.start ?? 0) + before + 1 });
}

function dispatch(cursor: Cursor): Statement {
  if (cursor.isPunctuation('(')) return { kind: 'query', verb: 'SELECT' };
  const { kind, text } = cursor.token;
  const word = text.toUpperCase();
  if (kind !== 'word' || !STATEMENT_WORDS.has(word)) {
    cursor.fail(`Expected a keyword at the beginning of a statement, found ${describe(cursor.token)}`);
  }
  const session = sessionStatement(cursor, word);
  if (session !== undefined) return session;
  cursor.next();
  switch (word) {
    case 'CREATE':
      return create(cursor);
    case 'ALTER':
      return alter(cursor);
    case 'DROP':
      return drop(cursor);
    case 'COMMENT':
      return comment(cursor);
    case 'VALIDATE':
      cursor.expect('CONNECTION');
      return { kind: 'validateConnection', name: cursor.name() };
    case 'GRANT':
    case 'REVOKE':
      return grantOrRevoke(cursor, word === 'GRANT' ? 'grant' : 'revoke');
    case 'SUBSCRIBE':
    case 'REASSIGN':
      return { kind: 'unsupported', what: word };
    default:
      return { kind: 'query', verb: word };
  }
}

function drop(cursor: Cursor): Statement {
  const object = itemKind(cursor, 'DROP');
  const ifExists = cursor.ifExists();
  const names = cursor.commaSeparated(() => objectName(cursor, object));
  const cascade = cursor.acceptOneOf(['CASCADE', 'RESTRICT']) === 'CASCADE';
  return { kind: 'drop', object, ifExists, names, cascade };
}

function comment(cursor: Cursor): Statement {
  cursor.expect('ON');
  const object = itemKind(cursor, 'COMMENT ON');
  const name = objectName(cursor, object);
  cursor.expect('IS');
  const text = cursor.accept('NULL') ? null : cursor.string();
  return { kind: 'comment', object, name, text };
}
