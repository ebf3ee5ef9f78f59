import { NEON_RULES } from './rules/neon';
import type { Rule } from './rules/rule';
import { SQL_TEXTS } from './rules/sql-text';
import { SQLSTATE_RULES } from './rules/sqlstate';
import { HTTP_RULES, NETWORK_RULES, NETWORK_TEXTS } from './rules/transport';
import type { FailureInfo, System } from './types';

/** An error as a Postgres-like server sends it. */
export interface SqlError {
  code: string;
  message: string;
  detail: string | null;
  hint: string | null;
}

/** An error answer of an HTTP API. `what` names the request in words: `creating role materialize`. */
export interface HttpError {
  status: number;
  message: string;
  what: string;
}

/** A failure below the protocol. `where` names the other end: `host:port`. */
export interface NetworkError {
  code: string | null;
  message: string;
  where: string;
}

/** Codes whose message repeats the statement, which may hold a secret: 25001 quotes it whole. */
const QUOTES_STATEMENT = new Set(['25001']);

const UNFORESEEN: Rule = { type: 'Unexpected', retryable: true, hint: null };

const oneLine = (text: string): string => text.replace(/\s+/g, (run) => (run.includes('\n') ? ' ' : run)).trim();

function info(rule: Rule, system: System, code: string | null, message: string, hint: string | null): FailureInfo {
  const { type, retryable } = rule;
  const told = { type, system, message, code, hint: rule.hint ?? hint };
  if (typeof retryable === 'boolean') return { ...told, retryable };
  return { ...told, retryable: true, patienceMs: retryable.patienceMs };
}

/** Turns an SQL error into a failure: by SQLSTATE where it tells, by the text where the server's code does not. */
export function classifySql(error: SqlError, system: System): FailureInfo {
  const text = error.detail === null ? error.message : `${error.message}: ${error.detail}`;
  const message = QUOTES_STATEMENT.has(error.code)
    ? 'a statement was sent inside a transaction block that does not allow it'
    : oneLine(text);
  const byText = SQL_TEXTS.find((rule) => rule.codes.includes(error.code) && rule.pattern.test(text));
  const bySystem = SQLSTATE_RULES.find((rule) => rule.system === system && rule.code === error.code);
  const byCode = bySystem ?? SQLSTATE_RULES.find((rule) => rule.system === null && rule.code === error.code);
  const byClass = SQLSTATE_RULES.find((rule) => rule.code.length === 2 && error.code.startsWith(rule.code));
  const rule = byText ?? byCode ?? byClass ?? UNFORESEEN;
  return info(rule, system, error.code === '' ? null : error.code, message, error.hint);
}

/** Turns an HTTP error answer into a failure. */
export function classifyHttp(error: HttpError, system: System): FailureInfo {
  const family = error.status >= 500 ? 500 : 400;
  const own =
    error.status < 500 && system === 'neon' ? NEON_RULES.find((one) => one.pattern.test(error.message)) : null;
  const byStatus =
    HTTP_RULES.find((one) => one.status === error.status) ?? HTTP_RULES.find((one) => one.status === family);
  const rule = own ?? byStatus ?? UNFORESEEN;
  const said = error.message === '' ? '' : `: ${oneLine(error.message)}`;
  const message = `${error.what}: HTTP ${error.status}${said}`;
  return info(rule, system, String(error.status), message, null);
}

/** Turns an errno, a TLS code or a driver's text into a failure. */
export function classifyNetwork(error: NetworkError, system: System): FailureInfo {
  const byCode = NETWORK_RULES.find((rule) => error.code !== null && rule.codes.includes(error.code));
  const rule = byCode ?? NETWORK_TEXTS.find((one) => one.pattern.test(error.message)) ?? UNFORESEEN;
  return info(rule, system, error.code, `${error.where}: ${oneLine(error.message)}`, null);
}
