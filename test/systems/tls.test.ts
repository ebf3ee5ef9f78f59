import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServerCertificate } from '../../local/postgres/certificate';
import { startPostgres, type PostgresServer } from '../../local/postgres/server';
import type { TlsSpec } from '../../src/core/spec/types';
import { createNeon } from '../../src/systems/neon';
import { connectSource } from '../../src/systems/postgres';
import { certificateAuthority, isrgRootX1Pem, systemTls, tlsOptions } from '../../src/systems/tls';

const OPTIONS = { connectTimeoutMs: 20_000, deadlineMs: 20_000 };
const certificate = createServerCertificate();

let secured: PostgresServer;
let plain: PostgresServer;
beforeAll(async () => {
  [secured, plain] = await Promise.all([startPostgres({ tls: certificate }), startPostgres()]);
}, 120_000);
afterAll(() => Promise.all([secured?.stop(), plain?.stop()]));

/** Whether the session is encrypted; fails as connecting does. */
async function encrypted(tls: TlsSpec, server = secured): Promise<boolean> {
  const client = await connectSource({ url: server.superuserUrl, tls }, OPTIONS);
  try {
    const [row] = await client.query<{ ssl: boolean }>(
      'SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()',
    );
    return row?.ssl ?? false;
  } finally {
    await client.close();
  }
}

const REJECTED = { info: { type: 'CertificateRejected', retryable: false } };

describe('a session with the upstream', () => {
  it('is encrypted, with a server that the authority of the file has signed', async () => {
    expect(await encrypted({ mode: 'verify-full', ca: certificate.caPem })).toBe(true);
    expect(await encrypted({ mode: 'verify-ca', ca: certificate.caPem })).toBe(true);
    expect(await encrypted({ mode: 'require', ca: null })).toBe(true);
  });

  it.each(['verify-full', 'verify-ca'] as const)('is refused by %s where another one signed it', async (mode) => {
    await expect(encrypted({ mode, ca: createServerCertificate().caPem })).rejects.toMatchObject(REJECTED);
    // Where the file names none, it is the one of Neon's.
    await expect(encrypted({ mode, ca: null })).rejects.toMatchObject(REJECTED);
  });

  it.each(['verify-full', 'verify-ca', 'require'] as const)('is never in clear under %s', async (mode) => {
    await expect(encrypted({ mode, ca: certificate.caPem }, plain)).rejects.toMatchObject(REJECTED);
  });
});

test('Neon’s API is told its key where a known authority vouches for it alone', async () => {
  const heard: unknown[] = [];
  const { certificatePem: cert, keyPem: key } = createServerCertificate();
  const server = createServer({ cert, key }, ({ headers }, answer) => {
    heard.push(headers.authorization);
    answer.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const baseUrl = `https://localhost:${(server.address() as AddressInfo).port}`;
    const neon = createNeon({ baseUrl, apiKey: 'napi_of_this_test', retryBudgetMs: 0 });
    await expect(neon.resolveBranch('p', null)).rejects.toMatchObject(REJECTED);
    expect(heard).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('the authority that Neon’s certificates are held to is ISRG Root X1, for us and for Materialize', () => {
  const tls = { mode: 'verify-full', ca: null } as const;
  expect(new X509Certificate(isrgRootX1Pem()).subject).toContain('CN=ISRG Root X1');
  expect(certificateAuthority(tls)).toBe(isrgRootX1Pem());
  expect(tlsOptions(tls, 'db.example')).toMatchObject({ ca: isrgRootX1Pem() });
});

describe('the name of a server', () => {
  const signed = { subject: { CN: 'elsewhere.example' }, subjectaltname: 'DNS:elsewhere.example' } as never;

  it('is held to the certificate by verify-full and for Materialize, under the name that was asked for', () => {
    for (const options of [tlsOptions({ mode: 'verify-full', ca: null }, 'db.example'), systemTls('db.example')]) {
      expect(options).toMatchObject({ rejectUnauthorized: true });
      const check = options && options.checkServerIdentity;
      expect(check && check('elsewhere.example', signed)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    }
    const own = systemTls('elsewhere.example').checkServerIdentity;
    expect(own?.('elsewhere.example', signed)).toBeUndefined();
  });
});
