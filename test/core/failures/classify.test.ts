import { classifyHttp, classifyNetwork, classifySql } from '../../../src/core/failures/classify';
import { NEON_RULES } from '../../../src/core/failures/rules/neon';
import { SQL_TEXTS } from '../../../src/core/failures/rules/sql-text';
import { SQLSTATE_RULES } from '../../../src/core/failures/rules/sqlstate';
import { HTTP_RULES, NETWORK_RULES, NETWORK_TEXTS } from '../../../src/core/failures/rules/transport';
import { FAILURE_TYPES } from '../../../src/core/failures/types';

const sql = (code: string, message: string, detail: string | null = null, hint: string | null = null) =>
  classifySql({ code, message, detail, hint }, 'materialize');

describe('SQL errors', () => {
  it.each([
    // As a real Materialize v26.9 answered.
    ['XX000', 'unknown cluster replica size medium', null, 'UnknownSize', false],
    ['XX000', `cluster 'c1' already exists`, null, 'Conflict', true],
    ['XX000', `catalog item 'pgpass' already exists`, null, 'Conflict', true],
    ['XX000', `unknown catalog item 'shop.nope'`, null, 'NotFound', false],
    ['XX000', `unknown schema 'nowhere'`, null, 'NotFound', false],
    [
      'XX000',
      'cluster name "mz_x" is reserved',
      'The prefixes "mz_" and "pg_" are reserved for system clusters.',
      'InvalidPipeline',
      false,
    ],
    ['58000', 'db error: FATAL: password authentication failed for user "mzr"', null, 'AuthenticationFailed', false],
    ['58000', 'failed to lookup address information: Temporary failure in name resolution', null, 'Unreachable', true],
    ['58000', 'failed to lookup address information: Try again', null, 'Unreachable', true],
    ['58000', 'db error: FATAL: the database system is starting up', null, 'Unreachable', true],
    ['58000', 'db error: FATAL: the database system is in recovery mode', null, 'Unreachable', true],
    ['XX000', 'db error: FATAL: sorry, too many clients already', null, 'ServerBusy', true],
    ['XX000', 'db error: ERROR: canceling statement due to lock timeout', null, 'Timeout', true],
    ['58000', 'error performing TLS handshake: Connection reset by peer (os error 104)', null, 'Unreachable', true],
    ['58000', 'error performing TLS handshake: unexpected EOF', null, 'Unreachable', true],
    ['58000', 'error performing TLS handshake: certificate has expired', null, 'CertificateRejected', false],
    ['58000', 'db error: FATAL: no pg_hba.conf entry for host "10.0.0.1"', null, 'PermissionDenied', false],
    ['58000', 'error connecting to server: Connection refused (os error 111)', null, 'Unreachable', true],
    ['58000', 'db error: FATAL: database "nodb" does not exist', null, 'NotFound', false],
    ['58000', 'error performing TLS handshake: server does not support TLS', null, 'CertificateRejected', false],
    [
      'XX000',
      'failed to connect to PostgreSQL database',
      'publication nope does not exist',
      'PreconditionFailed',
      false,
    ],
    ['XX000', 'POSTGRES source validation: PUBLICATION p_empty is empty', null, 'PreconditionFailed', false],
    [
      'XX000',
      'POSTGRES source validation: referenced items not tables with REPLICA IDENTITY FULL',
      'referenced items: public.plain',
      'PreconditionFailed',
      false,
    ],
    [
      'XX000',
      'POSTGRES source validation: referenced tables use unsupported types',
      'the following columns contain unsupported types:\npostgres.public.enumed.m (OID 16427)',
      'UnsupportedType',
      false,
    ],
    [
      'XX000',
      'POSTGRES source validation: insufficient privileges',
      'user lacks USAGE privileges for schemas other',
      'PermissionDenied',
      false,
    ],
    ['XX000', 'reference to public.nosuch not found in source', null, 'PreconditionFailed', false],
    ['XX000', 'multiple subsources would be named shop.orders', null, 'InvalidPipeline', false],
    [
      'XX000',
      'FOR TABLES (public.orders AS shop.fo) not supported; use CREATE TABLE .. FROM SOURCE instead',
      null,
      'UnsupportedServer',
      false,
    ],
    ['XX000', 'POSTGRES source validation: missing TABLES specification', null, 'UnsupportedServer', false],
    ['XX000', 'cannot drop source "shop.added": still depended upon by view "shop.v"', null, 'Conflict', false],
    ['XX000', 'cannot drop cluster "ingest" because other objects depend on it', null, 'Conflict', false],
    [
      '42501',
      'permission denied for SYSTEM',
      `The 'n2m_user' role needs CREATECLUSTER privileges on SYSTEM`,
      'PermissionDenied',
      false,
    ],
    ['42601', 'Expected a keyword, found identifier', null, 'UnsupportedServer', false],
    ['55006', 'cannot alter clusters with pending updates', null, 'ServerBusy', true],
    // As Postgres answers.
    ['57014', 'canceling statement due to statement timeout', null, 'Timeout', true],
    ['55P03', 'canceling statement due to lock timeout', null, 'ServerBusy', true],
    ['57P01', 'terminating connection due to administrator command', null, 'Unreachable', true],
    ['57P03', 'the database system is starting up', null, 'Unreachable', true],
    ['53300', 'sorry, too many clients already', null, 'ServerBusy', true],
    ['57P05', 'terminating connection due to idle-session timeout', null, 'Unreachable', true],
    ['25P04', 'terminating connection due to transaction timeout', null, 'Timeout', true],
    ['40003', 'statement completion unknown', null, 'ServerBusy', true],
    ['55000', 'logical decoding requires wal_level >= logical', null, 'PreconditionFailed', false],
    ['08006', 'connection failure', null, 'Unreachable', true],
    ['22P02', 'invalid input syntax', null, 'Unexpected', false],
    ['42883', 'function does not exist', null, 'Unexpected', false],
    ['XX000', 'something nobody has seen', null, 'Unexpected', true],
    ['', 'no code at all', null, 'Unexpected', true],
  ])('%s %s (%s) is %s, retryable %s', (code, message, detail, type, retryable) => {
    expect(sql(code, message, detail)).toMatchObject({ type, retryable });
  });

  it.each([
    // What may pass and may be a mistake: tried again for minutes, not for ever.
    ['58000', 'failed to lookup address information: Name or service not known', 'Unreachable', 15],
    ['58000', 'PostgreSQL server has insufficient number of replication slots available', 'LimitReached', 15],
    ['XX000', 'PostgreSQL server has insufficient number of replication slots available', 'LimitReached', 15],
    ['XX000', 'db error: ERROR: all replication slots are in use', 'LimitReached', 15],
    [
      '53000',
      'creating source would violate max_sources limit (desired: 201, limit: 200, current: 200)',
      'LimitReached',
      3,
    ],
    [
      '58000',
      'Address resolved to a private IP. The provided host is not routable on the public internet',
      'Unreachable',
      3,
    ],
    ['0A000', 'CLUSTER "x" has no replicas available to service request', 'PreconditionFailed', 3],
    ['25006', 'cannot execute ALTER TABLE in a read-only transaction', 'PreconditionFailed', 15],
    ['55000', 'recovery is in progress', 'PreconditionFailed', 15],
    ['53100', 'could not extend file "base/1/2": No space left on device', 'LimitReached', 15],
    ['MZ010', 'login blocked', 'PermissionDenied', 15],
  ])('%s %s is %s, retried for %i minutes', (code, message, type, minutes) => {
    expect(sql(code, message)).toMatchObject({ type, retryable: true, patienceMs: minutes * 60_000 });
  });

  it.each([
    [
      'Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits.',
      'QuotaExceeded',
      'compute hours',
    ],
    [
      'Your project has exceeded the data transfer quota. Upgrade your plan to increase limits.',
      'QuotaExceeded',
      'data transfer',
    ],
    [
      'Your project has exceeded the logical size quota. Upgrade your plan to increase limits.',
      'QuotaExceeded',
      'storage',
    ],
    ['The endpoint has been disabled. Enable it using Neon API and retry.', 'EndpointDisabled', 'enable the compute'],
    ['Control plane request failed: endpoint is disabled', 'EndpointDisabled', 'enable the compute'],
    ["The requested endpoint could not be found, or you don't have access to it.", 'EndpointGone', 'source.branch'],
    ['Control plane request failed: endpoint cannot be found', 'EndpointGone', 'source.branch'],
    ["password authentication failed for user 'materialize'", 'AuthenticationFailed', 'branch'],
    ['Control plane request failed: endpoint is temporarily unavailable. Check your quotas', 'ServerBusy', 'quota'],
    ['Control plane request failed', 'Unreachable', 'compute'],
  ])('knows what Neon says, from Neon and through Materialize: %s', (message, type, hint) => {
    for (const code of ['', '28000', '53300', '08P01', 'XX000']) {
      expect(classifySql({ code, message, detail: null, hint: null }, 'source')).toMatchObject({
        type,
        retryable: true,
      });
    }
    const relayed = sql('58000', `db error: ERROR: ${message}`);
    expect(relayed).toMatchObject({ type, retryable: true });
    expect(relayed.hint).toContain(hint);
  });

  it.each(['compute time quota', 'data transfer quota', 'endpoint has been disabled'])(
    'says how long the slot lives where its consumer cannot come: %s',
    (what) => {
      const rule = NEON_RULES.find(({ example }) => example.includes(what));
      const message = rule?.example ?? '';
      expect(classifySql({ code: '28000', message, detail: null, hint: null }, 'source').hint).toContain('about 40 h');
    },
  );

  it('keeps the detail in one sentence, and the code', () => {
    expect(sql('XX000', 'a', 'b\n  c', 'h')).toEqual({
      type: 'Unexpected',
      system: 'materialize',
      message: 'a: b c',
      code: 'XX000',
      retryable: true,
      hint: 'h',
    });
    expect(sql('', 'a').code).toBeNull();
  });

  it("prefers our hint to none, and the server's where we have none", () => {
    expect(sql('XX000', 'unknown cluster replica size x', null, 'Valid cluster replica sizes are: 25cc').hint).toBe(
      'Valid cluster replica sizes are: 25cc',
    );
    expect(sql('XX000', 'insufficient number of replication slots').hint).toContain('two free slots');
  });

  it('never repeats a statement that the server quotes', () => {
    const message = `CREATE SECRET s AS decode('aHVudGVyMg==', 'base64') cannot be run inside a transaction block`;
    expect(JSON.stringify(sql('25001', message))).not.toContain('aHVudGVy');
  });

  it('tells 53000 of Postgres from that of Materialize', () => {
    const error = { code: '53000', message: 'x', detail: null, hint: null };
    expect(classifySql(error, 'source')).toMatchObject({ type: 'ServerBusy', retryable: true });
    expect(classifySql(error, 'materialize')).toMatchObject({ type: 'LimitReached', patienceMs: 180_000 });
  });

  it.each(SQL_TEXTS.map((rule) => [rule.name, rule] as const))(
    '%s fires on its own example, and first',
    (_name, rule) => {
      for (const code of rule.codes) {
        const found = SQL_TEXTS.find((one) => one.codes.includes(code) && one.pattern.test(rule.example));
        expect(found?.name).toBe(rule.name);
      }
    },
  );

  it('has one rule for each code and system', () => {
    const keys = SQLSTATE_RULES.map((rule) => `${rule.code} ${rule.system}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('HTTP answers', () => {
  it.each([
    [401, 'AuthenticationFailed', false],
    [403, 'PermissionDenied', false],
    [404, 'NotFound', false],
    [400, 'Unexpected', false],
    [422, 'Unexpected', false],
    [409, 'Conflict', true],
    [412, 'PreconditionFailed', false],
    [423, 'ServerBusy', true],
    [429, 'ServerBusy', true],
    [500, 'ServerBusy', true],
    [501, 'ServerBusy', true],
    [520, 'ServerBusy', true],
    [502, 'Unreachable', true],
    [503, 'ServerBusy', true],
    [504, 'Timeout', true],
    [524, 'Timeout', true],
  ])('%i is %s, retryable %s', (status, type, retryable) => {
    expect(classifyHttp({ status, message: 'm', what: 'doing it' }, 'neon')).toMatchObject({
      type,
      retryable,
      code: String(status),
      message: `doing it: HTTP ${status}: m`,
    });
  });

  it.each([
    [402, 'payment required', 'QuotaExceeded'],
    [422, 'project has exceeded the compute time quota', 'QuotaExceeded'],
    [404, 'branch not found', 'EndpointGone'],
    [404, 'endpoint not found', 'EndpointGone'],
    [400, 'endpoint is disabled', 'EndpointDisabled'],
  ])('%i %s of Neon is %s, retried for a while', (status, message, type) => {
    const info = classifyHttp({ status, message, what: 'doing it' }, 'neon');
    expect(info).toMatchObject({ type, retryable: true, patienceMs: expect.any(Number) as number });
  });

  it('a key that has to say of which organization is no riddle, and no retry helps', () => {
    const message = 'org_id is required, you can find it on your organization settings page';
    const info = classifyHttp({ status: 400, message, what: 'listing projects' }, 'neon');
    expect(info).toMatchObject({ type: 'PreconditionFailed', retryable: false });
    expect(info.hint).toContain('n2m init --project');
  });

  it('says nothing more where the server said nothing', () => {
    expect(classifyHttp({ status: 500, message: '', what: 'x' }, 'neon').message).toBe('x: HTTP 500');
  });
});

describe('the network', () => {
  it.each([
    ['ENOTFOUND', 'Unreachable', true],
    ['EHOSTDOWN', 'Unreachable', true],
    ['EMFILE', 'ServerBusy', true],
    ['EAI_AGAIN', 'Unreachable', true],
    ['ECONNREFUSED', 'Unreachable', true],
    ['ECONNRESET', 'Unreachable', true],
    ['ETIMEDOUT', 'Timeout', true],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'CertificateRejected', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'CertificateRejected', false],
    ['EWHATEVER', 'Unexpected', true],
  ])('%s is %s, retryable %s', (code, type, retryable) => {
    expect(classifyNetwork({ code, message: 'm', where: 'h:1' }, 'source')).toMatchObject({
      type,
      retryable,
      code,
      message: 'h:1: m',
    });
  });

  it('waits for a name that may be a typo no longer than a quarter of an hour, and says which one', () => {
    const info = classifyNetwork(
      { code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND db.typo', where: 'db.typo:5432' },
      'source',
    );
    expect(info).toMatchObject({ patienceMs: 900_000, message: expect.stringContaining('db.typo:5432') as string });
    expect(info.hint).toContain('check how the address is written');
    expect(classifyNetwork({ code: 'EAI_AGAIN', message: 'm', where: 'h:1' }, 'source').patienceMs).toBeUndefined();
  });

  it.each(NETWORK_TEXTS.map((rule) => [rule.name, rule] as const))('%s fires on its own example', (_name, rule) => {
    expect(classifyNetwork({ code: null, message: rule.example, where: 'h:1' }, 'source').type).toBe(rule.type);
  });
});

it('every rule gives a type of the closed set', () => {
  const rules = [...SQLSTATE_RULES, ...SQL_TEXTS, ...HTTP_RULES, ...NETWORK_RULES, ...NETWORK_TEXTS];
  for (const rule of rules) expect(FAILURE_TYPES).toContain(rule.type);
});
