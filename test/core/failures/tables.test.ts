import { classifyHttp, classifyNetwork, classifySql } from '../../../src/core/failures/classify';
import { NEON_RULES } from '../../../src/core/failures/rules/neon';
import { SQL_TEXTS } from '../../../src/core/failures/rules/sql-text';
import { NETWORK_TEXTS } from '../../../src/core/failures/rules/transport';
import type { System } from '../../../src/core/failures/types';

const sql = (code: string, message = 'x', system: System = 'source') =>
  classifySql({ code, message, detail: null, hint: null }, system);
const network = (code: string | null, message = 'x') => classifyNetwork({ code, message, where: 'h:1' }, 'source');
const http = (status: number, message: string, system: System = 'neon') =>
  classifyHttp({ status, message, what: 'doing it' }, system);

// A mistake is not tried again, what passes by itself is: the difference between an answer at once and one in hours.

test.each(['42501', 'MZ011', '3D000', '3F000', '42P01', '42704', '55000', '0A000', '55P02', '42601', '25001', '28P01'])(
  'SQLSTATE %s is a mistake',
  (code) => expect(sql(code).retryable).toBe(false),
);

test.each(['42710', '42P07', '53300', '53200', '40001', '40P01', '55006', '55P03', '57014', '25P03', '57P02', '57P03'])(
  'SQLSTATE %s passes by itself',
  (code) => expect(sql(code)).toMatchObject({ retryable: true }),
);

test.each(['22012', '42999'])('SQLSTATE %s is one of a class of mistakes', (code) => {
  expect(sql(code)).toMatchObject({ type: 'Unexpected', retryable: false });
});

test.each([
  ['EAI_FAIL', 'Unreachable'],
  ...['ECONNABORTED', 'EPIPE', 'ENOTCONN', 'ENETRESET'].map((code) => [code, 'Unreachable']),
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'].map((code) => [code, 'Unreachable']),
  ...['ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'].map((code) => [code, 'ServerBusy']),
  ...['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED'].map((code) => [
    code,
    'Unreachable',
  ]),
  ...['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'].map((code) => [code, 'Timeout']),
])('%s of the network is %s, and passes', (code, type) => {
  expect(network(code)).toMatchObject({ type, retryable: true });
  expect(network(code).patienceMs).toBeUndefined();
});

test.each(['EACCES', 'EPERM'])('%s is a firewall that somebody may open: a quarter of an hour', (code) => {
  expect(network(code)).toMatchObject({ type: 'Unreachable', retryable: true, patienceMs: 900_000 });
});

test.each(
  [
    ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_SIGNATURE_FAILURE', 'CERT_UNTRUSTED'],
    ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ].map((code) => [code]),
)('%s is a certificate that stays wrong', (code) => {
  expect(network(code)).toMatchObject({ type: 'CertificateRejected', retryable: false });
});

test.each([
  ['The server does not support SSL connections', false, 'source.tls'],
  ['timeout expired', true, ''],
  ['Connection terminated unexpectedly', true, ''],
  ['Client network socket disconnected before secure TLS connection was established', true, ''],
  ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', false, 'the URL has no password'],
])('without a code, %s: tried again is %s', (message, retryable, hint) => {
  expect(network(null, message).retryable).toBe(retryable);
  expect(network(null, message).hint ?? '').toContain(hint);
});

test('a code that is known goes before its text, an unknown one does not hide it', () => {
  expect(network('ECONNRESET', 'does not support SSL').type).toBe('Unreachable');
  expect(network('EWHATEVER', 'does not support SSL').type).toBe('CertificateRejected');
});

test.each([SQL_TEXTS, NETWORK_TEXTS, NEON_RULES])('each text has a name of its own: %#', (...rules) => {
  const names = rules.map((rule) => rule.name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test.each([
  ['endpoint is temporary unavailable', 'ServerBusy'],
  ['project has running conflicting operations', 'ServerBusy'],
  ['too many connection attempts', 'ServerBusy'],
  ['Failed to acquire permit to connect to the database', 'ServerBusy'],
])('Neon says %s', (message, type) => expect(http(423, message)).toMatchObject({ type, retryable: true }));

test.each(['', '08000', '08001', '08004', '08006', '08P01', '28000', '28P01', '53000', '53300', '53400', '57P03'])(
  'Neon is known by its text, whatever code it sends: %j',
  (code) => expect(sql(code, 'The endpoint has been disabled.').type).toBe('EndpointDisabled'),
);

test.each([
  'error connecting to server: x',
  'connection closed',
  'connection was reset',
  'connection refused',
  'timed out',
  'timeout',
  'no route to host',
  'network is unreachable',
  'broken pipe',
  'unexpected end of file',
])('Materialize cannot reach upstream: %s', (message) => {
  expect(sql('58000', message, 'materialize')).toMatchObject({ type: 'Unreachable', retryable: true });
});

test.each([
  ['server must have wal_level >= logical, but has replica', 'PreconditionFailed'],
  ['name "mz_x" is reserved', 'InvalidPipeline'],
])('a mistake that Materialize names is not tried again: %s', (message, type) => {
  expect(sql('XX000', message, 'materialize')).toMatchObject({ type, retryable: false });
});

test('what only speaks of something reserved is another mistake', () => {
  expect(sql('XX000', 'x is reserved for later', 'materialize').type).toBe('Unexpected');
});

describe('an answer of HTTP', () => {
  test('of the 400s is read as Neon’s where it is Neon’s', () => {
    expect(http(499, 'endpoint is disabled').type).toBe('EndpointDisabled');
    expect(http(500, 'endpoint is disabled').type).toBe('ServerBusy');
    expect(http(400, 'endpoint is disabled', 'materialize').type).toBe('Unexpected');
  });

  test.each([
    [408, 'Timeout'],
    [499, 'Unexpected'],
    [500, 'ServerBusy'],
    [503, 'ServerBusy'],
    [599, 'ServerBusy'],
  ])('%d is %s', (status, type) => expect(http(status, '').type).toBe(type));

  test.each([
    [401, 'check the API key'],
    [404, 'it does not exist, or the API key may not see it'],
  ])('%d says what to do', (status, hint) => expect(http(status, '').hint).toBe(hint));
});

test('a message is one line, its spaces kept within it and gone around it', () => {
  expect(sql('XX000', '  a  b\n\n c ').message).toBe('a  b c');
});

test('a lock in the way says how to see it', () => {
  expect(sql('55P03').hint).toContain('SELECT * FROM pg_stat_activity');
});
