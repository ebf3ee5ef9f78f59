import { types } from 'node:util';
import {
  classifyHttp,
  classifyNetwork,
  classifySql,
  type HttpError,
  type NetworkError,
  type SqlError,
} from '../core/failures/classify';
import { scrub } from '../core/failures/scrub';
import type { FailureInfo, FailureType, System } from '../core/failures/types';

/** What every function of this folder throws. The cause is not kept: it may hold a statement with a secret. */
export class SystemError extends Error {
  constructor(readonly info: FailureInfo) {
    super(info.message);
    this.name = 'SystemError';
  }
}

export function systemError(
  type: FailureType,
  system: System,
  message: string,
  more: { code?: string | null; retryable?: boolean; hint?: string | null } = {},
): SystemError {
  const { code = null, retryable = false, hint = null } = more;
  return new SystemError({ type, system, message, code, retryable, hint });
}

/** The same error with secrets removed from all its texts. */
export function scrubbed(error: SystemError, secrets: readonly string[]): SystemError {
  const { message, hint, code, ...rest } = error.info;
  const clean = (text: string | null): string | null => (text === null ? null : scrub(text, secrets));
  return new SystemError({ ...rest, message: scrub(message, secrets), hint: clean(hint), code: clean(code) });
}

export const sqlFailure = (error: SqlError, system: System): SystemError => new SystemError(classifySql(error, system));

export const httpFailure = (error: HttpError, system: System): SystemError =>
  new SystemError(classifyHttp(error, system));

export const networkFailure = (error: NetworkError, system: System): SystemError =>
  new SystemError(classifyNetwork(error, system));

/** The server answered, and refused this statement alone: the connection and the server are fine. */
export function isStatementRefused(error: unknown): error is SystemError {
  const code = error instanceof SystemError ? error.info.code : null;
  // Connections that broke, resources that ran out, somebody who intervenes, the disk.
  return code !== null && /^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57|58)/.test(code);
}

/** Whatever was thrown, as a SystemError. Errors of `pg`, of Node's network and TLS, and of fetch (whose cause tells). */
export function toSystemError(error: unknown, system: System, where: string): SystemError {
  if (error instanceof SystemError) return error;
  // Not instanceof: errors of Node's own may come from another realm.
  if (!types.isNativeError(error)) return systemError('Unexpected', system, `${where}: ${String(error)}`);
  const { code, detail, hint, severity } = error as Error & Record<'code' | 'detail' | 'hint' | 'severity', unknown>;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  if (text(severity) !== null) {
    return sqlFailure(
      { code: text(code) ?? '', message: error.message, detail: text(detail), hint: text(hint) },
      system,
    );
  }
  const cause: unknown = error.cause;
  if (text(code) === null && types.isNativeError(cause)) return toSystemError(cause, system, where);
  const inner = (error as AggregateError).errors as unknown;
  if (error.message === '' && Array.isArray(inner) && types.isNativeError(inner[0])) {
    return toSystemError(inner[0], system, where);
  }
  return networkFailure({ code: text(code), message: error.message, where }, system);
}
