import { MzError } from '../contract';
import { executeDdl, tagOf } from '../ddl/execute';
import type { Ddl, SessionStatement, Statement } from '../sql/ast';
import type { Notice } from '../wire/messages';
import type { SessionContext } from './context';

/** A statement the front answers itself, without rows. */
export type LocalStatement = Ddl | Exclude<SessionStatement, { kind: 'show' }>;

const SESSION_KINDS = new Set(['begin', 'commit', 'rollback', 'set', 'setTransaction', 'reset', 'discardAll']);

export const isLocal = (statement: Statement): statement is LocalStatement =>
  !['query', 'showObjects', 'show', 'unsupported'].includes(statement.kind);

const isSession = (statement: LocalStatement): statement is Exclude<SessionStatement, { kind: 'show' }> =>
  SESSION_KINDS.has(statement.kind);

type Notify = (notice: Notice) => void;

/**
 * Carries out one statement and answers its tag. `several`: it came with others in one query string, where definitions
 * are refused. Throws MzError; the caller fails the transaction then.
 */
export async function executeLocal(
  context: SessionContext,
  statement: LocalStatement,
  sql: string,
  several: boolean,
  notify: Notify,
): Promise<string> {
  const { transaction } = context;
  if (statement.kind === 'commit' || statement.kind === 'rollback') {
    return endTransaction(context, statement.kind === 'commit', notify);
  }
  transaction.permit();
  if (isSession(statement)) {
    const tag = await executeSession(context, statement, notify);
    if (!transaction.explicit) context.settings.endTransaction(true);
    return tag;
  }
  if (!transaction.define(statement, sql, several)) await executeDdl(context.ddl(sql, notify), statement);
  return tagOf(statement);
}

async function endTransaction(context: SessionContext, commit: boolean, notify: Notify): Promise<string> {
  const { transaction, settings } = context;
  const word = commit ? 'COMMIT' : 'ROLLBACK';
  if (!transaction.explicit) {
    notify({ severity: 'WARNING', code: '25P01', message: 'there is no transaction in progress' });
    return word;
  }
  const deferred = transaction.end(commit);
  settings.endTransaction(deferred !== null);
  if (deferred === null) return 'ROLLBACK';
  await context.environment.ingestion.together(async () => {
    for (const { statement, sql } of deferred) await executeDdl(context.ddl(sql, notify), statement);
  });
  return 'COMMIT';
}

async function executeSession(
  context: SessionContext,
  statement: Exclude<SessionStatement, { kind: 'show' }>,
  notify: Notify,
): Promise<string> {
  const { transaction, settings } = context;
  switch (statement.kind) {
    case 'begin':
      if (transaction.explicit) {
        notify({ severity: 'WARNING', code: '25001', message: 'there is already a transaction in progress' });
      }
      transaction.begin();
      return 'BEGIN';
    case 'setTransaction':
      return 'SET';
    case 'discardAll':
      settings.resetAll();
      return 'DISCARD ALL';
    case 'reset':
      if (statement.name === 'all') settings.resetAll();
      else settings.reset(settingName(statement.name));
      return 'RESET';
    case 'set': {
      const name = settingName(statement.name);
      if (name === 'cluster' && transaction.active) {
        throw new MzError('25001', 'SET cluster cannot be called in an active transaction');
      }
      if (statement.values === 'default') settings.reset(name);
      else settings.set(name, statement.values, statement.local);
      if (name === 'cluster') await noticeUnknownCluster(context, notify);
      return 'SET';
    }
    default:
      throw new Error(`${statement.kind} ends a transaction`);
  }
}

const settingName = (name: string): string => (name === 'schema' ? 'search_path' : name);

/** MZ007 when the active cluster does not exist: that is no error until a query needs it. */
export async function noticeUnknownCluster(context: SessionContext, notify: Notify): Promise<void> {
  const name = context.activeCluster;
  if ((await context.environment.catalog.findCluster(name)) !== null) return;
  notify({
    code: 'MZ007',
    message: `cluster "${name}" does not exist`,
    hint: 'Create the cluster with CREATE CLUSTER or pick an extant cluster with SET CLUSTER = name. List available clusters with SHOW CLUSTERS.',
  });
}
