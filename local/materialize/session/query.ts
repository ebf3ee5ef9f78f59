import { MzError, notSupported } from '../contract';
import type { CatalogItem } from '../catalog';
import { guardedCluster, guardedItem, guardedSchema, requirePrivilege } from '../ddl/privileges';
import { translateShow } from '../show';
import type { Statement } from '../sql/ast';
import type { StatementText, Token } from '../sql/tokens';
import type { Notice } from '../wire/messages';
import type { SessionContext } from './context';

/** A statement for the backing store. */
export interface StoreQuery {
  sql: string;
  notices: Notice[];
  /** Whether the store must be in a transaction block with it: cursors and writes. */
  needsBlock: boolean;
}

const READS = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE']);
const REFUSED = new Set(['EXPLAIN', 'PREPARE', 'EXECUTE', 'DEALLOCATE']);
const RELATIONS = new Set(['source', 'table', 'view', 'materialized-view']);

/**
 * Makes of a query what the store understands, after the checks Materialize makes: SHOW becomes SELECT, and who reads
 * what users made needs a cluster that can serve it.
 */
export async function prepareQuery(
  context: SessionContext,
  statement: Extract<Statement, { kind: 'query' | 'showObjects' | 'show' }>,
  text: StatementText,
): Promise<StoreQuery> {
  const show = (sql: string) =>
    translateShow(sql, {
      catalog: context.environment.catalog,
      session: context.catalogSession,
      settings: context.settings,
    });
  if (statement.kind !== 'query') return { ...(await show(text.sql)), needsBlock: false };
  if (REFUSED.has(statement.verb)) throw notSupported(statement.verb);
  if (words(text.tokens).includes('subscribe')) throw notSupported('SUBSCRIBE');
  const items = await userRelations(context, text.tokens);
  if (items.length > 0) await checkServable(context, items);
  const { sql, notices } = await rewrite(text, show);
  return { sql, notices, needsBlock: !READS.has(statement.verb) };
}

const words = (tokens: Token[]): string[] => tokens.flatMap(({ kind, text }) => (kind === 'word' ? [text] : []));

/** Replaces `(SHOW …)` inside a query, and the name of a function the store would answer in its own way. */
async function rewrite(
  { sql, tokens }: StatementText,
  show: (sql: string) => Promise<{ sql: string; notices: Notice[] }>,
): Promise<{ sql: string; notices: Notice[] }> {
  const base = tokens[0]?.start ?? 0;
  const notices: Notice[] = [];
  let out = '';
  let copied = base;
  for (let at = 1; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined || token.kind !== 'word' || token.text !== 'show') continue;
    if (tokens[at - 1]?.text !== '(') continue;
    const close = matching(tokens, at);
    if (close === undefined) continue;
    const inner = await show(sql.slice(token.start - base, close.start - base).trim());
    out += sql.slice(copied - base, token.start - base) + inner.sql;
    copied = close.start;
    notices.push(...inner.notices);
  }
  return { sql: out + sql.slice(copied - base), notices };
}

/** The parenthesis that closes the one before token `from`. */
function matching(tokens: Token[], from: number): Token | undefined {
  let depth = 0;
  return tokens.slice(from).find(({ kind, text }) => {
    if (kind !== 'punctuation') return false;
    if (text === '(') depth++;
    if (text === ')') depth--;
    return depth < 0;
  });
}

/** What users made and this query names. Names are looked up where a relation can stand: after FROM, JOIN, a comma, INTO. */
async function userRelations(context: SessionContext, tokens: Token[]): Promise<CatalogItem[]> {
  const found = new Map<string, CatalogItem>();
  for (const name of relationNames(tokens)) {
    if (/^(mz_|pg_|information_schema)/.test(name[name.length - 2] ?? '')) continue;
    const item = await context.environment.catalog.findItem(name, context.catalogSession);
    if (item !== null && item.id.startsWith('u') && RELATIONS.has(item.type)) found.set(item.id, item);
  }
  return [...found.values()];
}

const isName = (token: Token | undefined): token is Token => token?.kind === 'word' || token?.kind === 'quoted';

function relationNames(tokens: Token[]): string[][] {
  const names: string[][] = [];
  for (let at = 1; at < tokens.length; at++) {
    const before = tokens[at - 1];
    const introduces =
      (before?.kind === 'word' && ['from', 'join', 'into', 'update', 'table', 'only', 'copy'].includes(before.text)) ||
      (before?.kind === 'punctuation' && before.text === ',');
    if (!introduces || !isName(tokens[at])) continue;
    const parts = [tokens[at]?.text ?? ''];
    while (tokens[at + 1]?.text === '.' && isName(tokens[at + 2])) {
      parts.push(tokens[at + 2]?.text ?? '');
      at += 2;
    }
    if (parts.length <= 3) names.push(parts);
  }
  return names;
}

/** The active cluster must exist, have a replica, and be open to the role; the objects must be readable. */
async function checkServable(context: SessionContext, items: CatalogItem[]): Promise<void> {
  const { catalog } = context.environment;
  const ddl = context.ddl('', () => undefined);
  const cluster = await catalog.resolveCluster(context.activeCluster);
  if (cluster.name === 'mz_catalog_server') {
    throw new MzError(
      '2F003',
      `querying the following items "${display(items[0])}" is not allowed from the "mz_catalog_server" cluster`,
    );
  }
  for (const item of items) {
    const schema = { id: item.schemaId, database: item.database, name: item.schema };
    await requirePrivilege(ddl, guardedSchema(schema), 'USAGE');
    await requirePrivilege(ddl, guardedItem(item), 'SELECT');
  }
  await requirePrivilege(ddl, guardedCluster(cluster), 'USAGE');
  if (cluster.replicas.length === 0) {
    throw new MzError('0A000', `CLUSTER "${cluster.name}" has no replicas available to service request`, {
      hint: 'Use CREATE CLUSTER REPLICA to attach replicas to the cluster',
    });
  }
}

const display = (item: CatalogItem | undefined): string =>
  item === undefined ? '' : `${item.database}.${item.schema}.${item.name}`;
