import type { Statement } from './ast';
import type { Cursor } from './cursor';

/** SHOW of these is a listing of objects, of anything else a session setting. */
const LISTINGS = new Set(
  `CLUSTER CLUSTERS COLUMNS CONNECTIONS CREATE DATABASES DEFAULT INDEX INDEXES KEYS MATERIALIZED NETWORK OBJECTS PRIVILEGES
  ROLE ROLES SCHEMAS SECRETS SINKS SOURCES SUBSOURCES TABLES TYPES VIEWS REDACTED FUNCTIONS`.split(/\s+/),
);

/** BEGIN, COMMIT, SET, SHOW … and their like; undefined for every other first word, which is then not taken. */
export function sessionStatement(cursor: Cursor, word: string): Statement | undefined {
  switch (word) {
    case 'BEGIN':
      cursor.next();
      cursor.acceptOneOf(['TRANSACTION', 'WORK']);
      transactionModes(cursor);
      return { kind: 'begin' };
    case 'START':
      cursor.next();
      cursor.expect('TRANSACTION');
      transactionModes(cursor);
      return { kind: 'begin' };
    case 'COMMIT':
    case 'END':
    case 'ROLLBACK':
    case 'ABORT':
      cursor.next();
      cursor.acceptOneOf(['TRANSACTION', 'WORK']);
      if (cursor.accept('AND')) cursor.expect('NO', 'CHAIN');
      return { kind: word === 'COMMIT' || word === 'END' ? 'commit' : 'rollback' };
    case 'SET':
      cursor.next();
      return set(cursor);
    case 'RESET':
      cursor.next();
      return { kind: 'reset', name: settingName(cursor) };
    case 'DISCARD':
      cursor.next();
      cursor.expectOneOf(['ALL', 'PLANS', 'SEQUENCES', 'TEMP', 'TEMPORARY']);
      return { kind: 'discardAll' };
    case 'SHOW':
      return show(cursor);
    default:
      return undefined;
  }
}

function show(cursor: Cursor): Statement {
  const second = cursor.ahead(1);
  const third = cursor.ahead(2);
  const lone = third.kind === 'end';
  // `SHOW cluster` is the setting, `SHOW CLUSTER REPLICAS` a listing.
  const setting = second.text === 'cluster' && lone;
  if (second.kind === 'word' && LISTINGS.has(second.text.toUpperCase()) && !setting) return { kind: 'showObjects' };
  cursor.next();
  return { kind: 'show', name: settingName(cursor) };
}

function settingName(cursor: Cursor): string {
  if (cursor.accept('TIME', 'ZONE')) return 'timezone';
  if (cursor.accept('TRANSACTION', 'ISOLATION', 'LEVEL')) return 'transaction_isolation';
  return cursor.identifier().toLowerCase();
}

function isolationLevel(cursor: Cursor): void {
  const levels = ['SERIALIZABLE', 'STRICT SERIALIZABLE', 'REPEATABLE READ', 'READ COMMITTED', 'READ UNCOMMITTED'];
  const found = levels.some((level) => cursor.accept(...level.split(' ')));
  if (!found) cursor.expected('isolation level');
}

function transactionModes(cursor: Cursor): void {
  while (cursor.token.kind !== 'end') {
    if (cursor.accept('ISOLATION')) {
      cursor.expect('LEVEL');
      isolationLevel(cursor);
    } else if (cursor.accept('READ')) cursor.expectOneOf(['ONLY', 'WRITE']);
    else if (!cursor.acceptPunctuation(',')) cursor.expectedOneOf(['ISOLATION', 'READ']);
  }
}

function set(cursor: Cursor): Statement {
  const local = cursor.acceptOneOf(['SESSION', 'LOCAL']) === 'LOCAL';
  if (cursor.sees('TRANSACTION') || cursor.sees('CHARACTERISTICS')) {
    cursor.accept('CHARACTERISTICS', 'AS');
    cursor.expect('TRANSACTION');
    transactionModes(cursor);
    return { kind: 'setTransaction' };
  }
  if (cursor.accept('TIME', 'ZONE')) return { kind: 'set', name: 'timezone', values: values(cursor), local };
  if (cursor.accept('NAMES')) return { kind: 'set', name: 'client_encoding', values: values(cursor), local };
  const name = cursor.identifier().toLowerCase();
  if (!cursor.acceptPunctuation('=') && !cursor.accept('TO')) cursor.expectedOneOf(['equals sign', 'TO']);
  return { kind: 'set', name, values: values(cursor), local };
}

function values(cursor: Cursor): string[] | 'default' {
  if (cursor.accept('DEFAULT')) return 'default';
  return cursor.commaSeparated(() => {
    const { kind, text } = cursor.token;
    if (kind === 'end') cursor.expected('variable value');
    const negative = kind === 'punctuation' && text === '-';
    cursor.next();
    return negative ? `-${cursor.next().text}` : text;
  });
}
