import type { TlsSpec } from '../../core/spec/types';
import { parsePostgresUrl } from '../postgres-url';
import { openSqlClient, type ConnectOptions, type OpenOptions, type SqlClient } from '../sql-client';
import { tlsOptions } from '../tls';

export { certificateAuthority, isrgRootX1Pem } from '../tls';

export interface SourceAddress {
  /** Connection URL with the password; parameters in it (sslmode, pooling) are not taken over. */
  url: string;
  tls: TlsSpec;
}

/** Connects to the upstream Postgres, verified as the file says. Statements end by the server and by us at the deadline. */
export async function connectSource(
  address: SourceAddress,
  options: ConnectOptions & Pick<OpenOptions, 'startup'>,
): Promise<SqlClient> {
  const endpoint = parsePostgresUrl(address.url, 'source');
  const ssl = tlsOptions(address.tls, endpoint.host);
  return openSqlClient({
    ...options,
    system: 'source',
    address: JSON.stringify(address),
    endpoint,
    ssl,
    serverTimeout: true,
  });
}
