import type { Rule } from './rules';

export interface HttpRule extends Rule {
  /** 400 and 500 stand for the rest of their family, too. */
  status: number;
}

export const HTTP_RULES: readonly HttpRule[] = [
  { status: 401, type: 'AuthenticationFailed', retryable: false, hint: 'check the API key' },
  { status: 403, type: 'PermissionDenied', retryable: false, hint: 'use a key that may edit the project' },
  // Neon answers 404 also for what the key may not see.
  { status: 404, type: 'NotFound', retryable: false, hint: 'it does not exist, or the API key may not see it' },
  { status: 408, type: 'Timeout', retryable: true, hint: null },
  { status: 409, type: 'Conflict', retryable: true, hint: null },
  { status: 412, type: 'PreconditionFailed', retryable: false, hint: null },
  { status: 423, type: 'ServerBusy', retryable: true, hint: 'another operation runs on the project' },
  { status: 429, type: 'ServerBusy', retryable: true, hint: null },
  { status: 503, type: 'ServerBusy', retryable: true, hint: null },
  // The outcome is unknown: a gateway gave up waiting.
  { status: 502, type: 'Unreachable', retryable: true, hint: null },
  { status: 504, type: 'Timeout', retryable: true, hint: null },
  { status: 524, type: 'Timeout', retryable: true, hint: null },
  { status: 500, type: 'Unexpected', retryable: true, hint: null },
  { status: 400, type: 'Unexpected', retryable: false, hint: null },
];

export interface NetworkRule extends Rule {
  codes: readonly string[];
}

export const NETWORK_RULES: readonly NetworkRule[] = [
  {
    codes: ['ENOTFOUND'],
    type: 'Unreachable',
    retryable: false,
    hint: 'the host name does not exist: check the address',
  },
  {
    codes: ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ECONNABORTED'],
    type: 'Unreachable',
    retryable: true,
    hint: 'check address and firewall, and that the server runs',
  },
  { codes: ['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'], type: 'Unreachable', retryable: true, hint: null },
  {
    codes: ['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
    type: 'Timeout',
    retryable: true,
    hint: null,
  },
  {
    codes: [
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'CERT_SIGNATURE_FAILURE',
      'CERT_UNTRUSTED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    type: 'CertificateRejected',
    retryable: false,
    hint: 'give the certificate authority of the server in `source.tls.ca`, and the host name its certificate carries',
  },
];

export interface NetworkText extends Rule {
  name: string;
  pattern: RegExp;
  example: string;
}

/** Texts of `pg` and fetch that come without a code. */
export const NETWORK_TEXTS: readonly NetworkText[] = [
  {
    name: 'no-tls',
    pattern: /does not support SSL/,
    type: 'CertificateRejected',
    retryable: false,
    hint: 'turn TLS on at the server, or say `source.tls: {mode: disable}`',
    example: 'The server does not support SSL connections',
  },
  {
    name: 'connect-timeout',
    pattern: /timeout expired|timeout exceeded when trying to connect|connection timeout/i,
    type: 'Unreachable',
    retryable: true,
    hint: 'check address and firewall, and that the server runs',
    example: 'timeout expired',
  },
  {
    name: 'connection-ended',
    pattern: /terminated unexpectedly|Connection terminated|socket hang up|fetch failed|not queryable/i,
    type: 'Unreachable',
    retryable: true,
    hint: null,
    example: 'Connection terminated unexpectedly',
  },
  {
    name: 'scram-without-password',
    pattern: /SASL: .*password must be a/,
    type: 'AuthenticationFailed',
    retryable: false,
    hint: 'the URL has no password',
    example: 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string',
  },
];
