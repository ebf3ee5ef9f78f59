import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from 'node:tls';
import { Client, type ClientConfig } from 'pg';
import { MzError, type UpstreamConnection } from '../contract';
import { connectFailure } from './failure';

/** Materialize gives up connecting after this long. */
const CONNECT_TIMEOUT_MS = 30_000;

/** Text values must read the same from COPY, from the replication stream and from the store. */
export const TEXT_SETTINGS =
  '-c datestyle=ISO,MDY -c intervalstyle=postgres -c extra_float_digits=3 -c bytea_output=hex -c timezone=UTC';

/** So that defaults of the role or the database leave its queries alone; what the real one's do with them is another matter. */
const OWN_SETTINGS =
  '-c search_path=pg_catalog -c standard_conforming_strings=on -c client_encoding=UTF8 -c row_security=on ' +
  '-c statement_timeout=0 -c lock_timeout=0 -c default_transaction_isolation=read\\ committed';

/** The connection could not be made; `message` is in Materialize's words. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

/** Materialize trusts the given authority alone in the verify modes, never the system's store. */
function tlsOptions(c: UpstreamConnection): ConnectionOptions | false {
  if (c.sslMode === 'disable') return false;
  if (c.sslMode === 'require') return { rejectUnauthorized: false };
  const identity = (_host: string, certificate: PeerCertificate): Error | undefined =>
    c.sslMode === 'verify_full' ? checkServerIdentity(c.host, certificate) : undefined;
  const ca = c.certificateAuthority === null ? [] : [c.certificateAuthority];
  const servername = isIP(c.host) === 0 ? { servername: c.host } : {};
  return { rejectUnauthorized: true, ca, checkServerIdentity: identity, ...servername };
}

/** A connected client; `mode` `replication` makes a walsender of it. Throws ConnectError. */
export async function connectUpstream(
  c: UpstreamConnection,
  mode: 'plain' | 'replication' = 'plain',
  signal?: AbortSignal,
): Promise<Client> {
  const config: ClientConfig & { replication?: string } = {
    host: c.host,
    port: c.port,
    user: c.user,
    password: c.password ?? undefined,
    database: c.database,
    ssl: tlsOptions(c),
    options: `${TEXT_SETTINGS} ${OWN_SETTINGS}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
  if (mode === 'replication') config.replication = 'database';
  const client = new Client(config);
  client.on('error', () => undefined);
  const abort = (): void => cut(client);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (signal?.aborted) throw new Error('Connection terminated');
    await client.connect();
    return client;
  } catch (error) {
    cut(client);
    throw new ConnectError(connectFailure(error));
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Ends a connection at once, whatever it is doing; what waits on it fails. */
export function cut(client: Client): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}

/** Runs `use` on a connection of its own. An unreachable server is the error `refusal` makes of Materialize's words. */
export async function withUpstream<T>(
  c: UpstreamConnection,
  refusal: (message: string) => MzError,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  let client: Client;
  try {
    client = await connectUpstream(c);
  } catch (error) {
    if (error instanceof ConnectError) throw refusal(error.message);
    throw error;
  }
  try {
    return await use(client);
  } catch (error) {
    if (error instanceof MzError) throw error;
    throw refusal(connectFailure(error));
  } finally {
    await client.end().catch(() => undefined);
  }
}
