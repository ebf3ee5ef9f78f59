import type { Option, OptionValue, Statement } from './ast';
import { createConnection } from './connection';
import type { Cursor } from './cursor';
import { createSource, createTable } from './source';

export const CLUSTER_OPTIONS =
  `AVAILABILITY ZONES, DISK, INTROSPECTION DEBUGGING, INTROSPECTION INTERVAL, MANAGED, REPLICAS,
  REPLICATION FACTOR, SIZE, SCHEDULE, WORKLOAD CLASS`.split(/,\s+/);

const SCALING = 'AUTO SCALING STRATEGY';

/** The value of a cluster's option: two of them have a grammar of their own. */
export function clusterOption(cursor: Cursor): Option {
  // Not in the list, which a refusal prints as it was recorded of the older release.
  if (cursor.sees(...SCALING.split(' '))) return cursor.option([SCALING], () => nested(cursor));
  return cursor.option(CLUSTER_OPTIONS, (name) => {
    if (name === 'SCHEDULE' && cursor.accept('ON', 'REFRESH')) return nested(cursor);
    return cursor.optionValue();
  });
}

/** The strings in parentheses inside parentheses, flat. */
function nested(cursor: Cursor): OptionValue {
  const items: OptionValue[] = [];
  let depth = 0;
  do {
    const { kind, text } = cursor.next();
    if (kind === 'end') cursor.expected('right parenthesis');
    if (kind === 'punctuation' && text === '(') depth++;
    if (kind === 'punctuation' && text === ')') depth--;
    if (kind === 'string') items.push({ type: 'string', text });
  } while (depth > 0);
  return { type: 'list', items };
}

/** Everything that begins with CREATE, the word taken already. */
export function create(cursor: Cursor): Statement {
  const replace = cursor.accept('OR', 'REPLACE');
  if (cursor.acceptOneOf(['TEMPORARY', 'TEMP']) !== undefined)
    return { kind: 'unsupported', what: 'temporary objects' };
  if (cursor.accept('MATERIALIZED')) {
    cursor.expect('VIEW');
    return createView(cursor, true, replace);
  }
  if (cursor.accept('VIEW')) return createView(cursor, false, replace);
  if (cursor.accept('CLUSTER')) return createCluster(cursor);
  if (cursor.accept('SECRET')) {
    const ifNotExists = cursor.ifNotExists();
    const name = cursor.name();
    cursor.expect('AS');
    return { kind: 'createSecret', name, ifNotExists, value: { sql: cursor.restOfText() } };
  }
  if (cursor.accept('CONNECTION')) return createConnection(cursor);
  if (cursor.accept('SOURCE')) return createSource(cursor);
  if (cursor.accept('TABLE')) return createTable(cursor);
  if (cursor.accept('SCHEMA')) return { kind: 'createSchema', ifNotExists: cursor.ifNotExists(), name: cursor.name() };
  if (cursor.accept('ROLE')) return createRole(cursor);
  if (cursor.accept('DEFAULT', 'INDEX')) return createIndex(cursor, true);
  if (cursor.accept('INDEX')) return createIndex(cursor, false);
  for (const what of ['DATABASE', 'SINK', 'TYPE', 'FUNCTION', 'NETWORK'])
    if (cursor.isWord(what)) return { kind: 'unsupported', what: `CREATE ${what}` };
  return cursor.expected(
    'DATABASE, SCHEMA, ROLE, TYPE, INDEX, SINK, SOURCE, [TEMPORARY] TABLE, SECRET, [OR REPLACE] [TEMPORARY] VIEW, or [OR REPLACE] MATERIALIZED VIEW after CREATE',
  );
}

function createCluster(cursor: Cursor): Statement {
  if (cursor.accept('REPLICA')) return { kind: 'unsupported', what: 'CREATE CLUSTER REPLICA' };
  const name = cursor.identifier();
  const option = () => clusterOption(cursor);
  const options = cursor.isPunctuation('(') ? cursor.parenthesized(option) : cursor.commaSeparated(option);
  return { kind: 'createCluster', name, options };
}

function inCluster(cursor: Cursor): string | undefined {
  return cursor.accept('IN', 'CLUSTER') ? cursor.identifier() : undefined;
}

function createView(cursor: Cursor, materialized: boolean, replace: boolean): Statement {
  const ifNotExists = !replace && cursor.ifNotExists();
  const name = cursor.name();
  const columns = cursor.isPunctuation('(') ? cursor.parenthesized(() => cursor.identifier()) : undefined;
  const cluster = materialized ? inCluster(cursor) : undefined;
  if (materialized && cursor.isWord('WITH')) return { kind: 'unsupported', what: 'options of materialized views' };
  cursor.expect('AS');
  const query = cursor.restOfText();
  if (query === '') cursor.expected('a query expression');
  return { kind: 'createView', name, materialized, replace, ifNotExists, cluster, columns, query };
}

function createIndex(cursor: Cursor, byDefault: boolean): Statement {
  const ifNotExists = cursor.ifNotExists();
  const name = byDefault || cursor.isWord('ON') || cursor.isWord('IN') ? undefined : cursor.identifier();
  const cluster = inCluster(cursor);
  cursor.expect('ON');
  const on = cursor.name();
  if (cursor.accept('USING')) cursor.identifier();
  if (byDefault) return { kind: 'createIndex', name, ifNotExists, cluster, on, expressions: undefined };
  return { kind: 'createIndex', name, ifNotExists, cluster, on, expressions: expressions(cursor) };
}

/** `(expr, …)`, each as text. */
function expressions(cursor: Cursor): string[] {
  const found: string[] = [];
  cursor.expectPunctuation('(', 'left parenthesis');
  let depth = 0;
  let start = cursor.token.start;
  for (;;) {
    const token = cursor.next();
    if (token.kind === 'end') cursor.expected('right parenthesis');
    if (token.kind !== 'punctuation') continue;
    if (token.text === '(') depth++;
    const closes = token.text === ')' && depth === 0;
    if (token.text === ')') depth--;
    if (closes || (token.text === ',' && depth === 0)) {
      found.push(cursor.sql.slice(start, token.start).trim());
      start = token.end;
    }
    if (closes) return found;
  }
}

function createRole(cursor: Cursor): Statement {
  const name = cursor.identifier();
  cursor.accept('WITH');
  const options: string[] = [];
  while (cursor.token.kind === 'word') {
    const option = cursor.next().text.toUpperCase();
    options.push(option);
    if (option === 'PASSWORD') cursor.string();
  }
  return { kind: 'createRole', name, options };
}
