import { A_QUARTER_HOUR, type Rule } from './rule';

export interface HttpRule extends Rule {
  /** 400 and 500 stand for the rest of their family, too. */
  status: number;
}

export const HTTP_RULES: readonly HttpRule[] = [
  { status: 401, type: 'AuthenticationFailed', retryable: false, hint: 'check the API key' },
  {
    status: 402,
    type: 'QuotaExceeded',
    retryable: A_QUARTER_HOUR,
    hint: 'a limit of the plan is reached: upgrade it, or wait for the next billing period',
  },
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
  // Also of a change, which may have happened: every step looks before it sends one again.
  { status: 500, type: 'ServerBusy', retryable: true, hint: 'the service itself fails: its status page may say more' },
  { status: 400, type: 'Unexpected', retryable: false, hint: null },
];

export interface NetworkRule extends Rule {
  codes: readonly string[];
}

export const NETWORK_RULES: readonly NetworkRule[] = [
  {
    codes: ['ENOTFOUND'],
    type: 'Unreachable',
    // A service that restarts behind a name of its own is unknown for a moment; a typo stays one.
    retryable: A_QUARTER_HOUR,
    hint: 'DNS does not know this host: check how the address is written; where it is right, its service may be restarting',
  },
  {
    codes: ['EAI_AGAIN', 'EAI_FAIL'],
    type: 'Unreachable',
    retryable: true,
    hint: 'the name service of the worker does not answer: check its DNS',
  },
  {
    codes: [
      ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOTCONN', 'ENETRESET'],
      ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'],
    ],
    type: 'Unreachable',
    retryable: true,
    hint: 'check address and firewall, and that the server runs',
  },
  {
    codes: ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'],
    type: 'ServerBusy',
    retryable: true,
    hint: 'the worker has no file or port left for a connection: raise its limits',
  },
  {
    codes: ['EACCES', 'EPERM'],
    type: 'Unreachable',
    retryable: A_QUARTER_HOUR,
    hint: "a firewall or policy on the worker's side refuses the connection",
  },
  {
    codes: ['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED'],
    type: 'Unreachable',
    retryable: true,
    hint: null,
  },
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
    name: 'tls-not-now',
    pattern: /error establishing an SSL connection|before secure TLS connection was established/i,
    type: 'Unreachable',
    retryable: true,
    hint: null,
    example: 'There was an error establishing an SSL connection',
  },
  {
    name: 'scram-without-password',
    pattern: /SASL: .{0,100}password must be a/,
    type: 'AuthenticationFailed',
    retryable: false,
    hint: 'the URL has no password',
    example: 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string',
  },
];
