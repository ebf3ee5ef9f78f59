import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { UnverifiedHost } from '../../core/objects/connection/facts';
import { systemError } from '../errors';
import { parsePostgresUrl } from '../postgres-url';
import { openSqlClient, type ConnectOptions, type SqlClient } from '../sql-client';
import { systemTls } from '../tls';

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

const modeOf = (host: string, parameters: URLSearchParams): string =>
  parameters.get('sslmode') ?? (isLoopback(host) ? 'disable' : 'verify-full');

/** Of a URL: to which host it leads without anybody checking who answers there; null where somebody does, or nobody could be between. */
export function unverified(url: string): UnverifiedHost | null {
  const { host, parameters } = parsePostgresUrl(url, 'materialize');
  const mode = modeOf(host, parameters);
  const checked = mode !== 'disable' && mode !== 'no-verify';
  return checked || isLoopback(host) ? null : { host, encrypted: mode === 'no-verify' };
}

/**
 * `sslmode` as this tool reads it: every mode that encrypts also verifies (against `sslrootcert`, else the system's
 * roots); only `no-verify` does not. Without one: none on loopback, where the emulator has no TLS, else verified.
 */
async function tlsOf(host: string, parameters: URLSearchParams): Promise<ConnectionOptions | false> {
  const mode = modeOf(host, parameters);
  if (mode === 'disable') return false;
  if (mode === 'no-verify') return { rejectUnauthorized: false };
  const file = parameters.get('sslrootcert');
  if (file === null || file === 'system') return systemTls(host);
  const ca = await readFile(file, 'utf8').catch(() => {
    throw systemError('CertificateRejected', 'materialize', 'the file that sslrootcert names cannot be read');
  });
  return systemTls(host, ca);
}

/** Connects to Materialize. The URL is a secret as a whole; errors name host and port only. */
export async function connectMaterialize(url: string, options: ConnectOptions): Promise<SqlClient> {
  const { parameters, ...endpoint } = parsePostgresUrl(url, 'materialize');
  const port = /:\d+(\/|\?|$)/.test(url.replace(/^.*@/, '')) ? endpoint.port : 6875;
  const database = new URL(url).pathname.length > 1 ? endpoint.database : 'materialize';
  const ssl = await tlsOf(endpoint.host, parameters);
  return openSqlClient({
    ...options,
    system: 'materialize',
    address: url,
    endpoint: { ...endpoint, port, database },
    ssl,
    serverTimeout: false,
  });
}
