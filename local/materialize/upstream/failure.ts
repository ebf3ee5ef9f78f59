import { DatabaseError } from 'pg';

/** What Rust prints for the error numbers a socket can fail with; part of Materialize's texts. */
const OS_ERRORS: Record<string, string> = {
  ECONNREFUSED: 'Connection refused (os error 111)',
  ECONNRESET: 'Connection reset by peer (os error 104)',
  EPIPE: 'Broken pipe (os error 32)',
  ETIMEDOUT: 'Connection timed out (os error 110)',
  EHOSTUNREACH: 'No route to host (os error 113)',
  ENETUNREACH: 'Network is unreachable (os error 101)',
};

const LOOKUP_ERRORS: Record<string, string> = {
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
};

/** OpenSSL's verification results as Node names them; Materialize prints OpenSSL's own words. */
const CERTIFICATE_ERRORS: Record<string, string> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in certificate chain',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to verify the first certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'unable to get issuer certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not yet valid',
  CERT_SIGNATURE_FAILURE: 'certificate signature failure',
  ERR_TLS_CERT_ALTNAME_INVALID: 'hostname mismatch',
};

const HANDSHAKE = 'error performing TLS handshake';
const VERIFY_FAILED =
  'error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:ssl/statem/statem_clnt.c:2123:';

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `db error: FATAL: …` with detail and hint on lines of their own, as the Rust driver prints what the server said. */
export function databaseErrorText(error: DatabaseError): string {
  const detail = error.detail === undefined ? '' : `\nDETAIL: ${error.detail}`;
  const hint = error.hint === undefined ? '' : `\nHINT: ${error.hint}`;
  return `db error: ${error.severity ?? 'ERROR'}: ${error.message}${detail}${hint}`;
}

/** Materialize's words for a connection that could not be made. */
export function connectFailure(error: unknown): string {
  if (error instanceof DatabaseError) return databaseErrorText(error);
  if (error instanceof AggregateError && error.errors.length > 0) return connectFailure(error.errors[0]);
  const code = codeOf(error);
  if (code in LOOKUP_ERRORS) return `failed to lookup address information: ${LOOKUP_ERRORS[code]}`;
  if (code in OS_ERRORS) return `error connecting to server: ${OS_ERRORS[code]}`;
  if (code in CERTIFICATE_ERRORS) return `${HANDSHAKE}: ${VERIFY_FAILED}: (${CERTIFICATE_ERRORS[code]})`;
  const text = textOf(error);
  if (/does not support SSL/i.test(text)) return `${HANDSHAKE}: server does not support TLS`;
  if (/SSL|TLS|certificate|PEM/i.test(`${code} ${text}`)) return `${HANDSHAKE}: ${text}`;
  if (/timeout/i.test(text)) return 'error connecting to server: connection timed out';
  if (/terminated|ended/i.test(text)) return 'connection closed';
  return `error connecting to server: ${text}`;
}

/** Materialize's words for a connection or statement that failed later on: prefix `sql client error: `. */
export function clientFailure(error: unknown): string {
  if (error instanceof DatabaseError) return `sql client error: ${databaseErrorText(error)}`;
  return 'sql client error: connection closed';
}
