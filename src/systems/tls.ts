import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, rootCertificates, type ConnectionOptions } from 'node:tls';
import type { TlsSpec } from '../core/spec/types';
import { systemError } from './errors';

let isrgRootX1: string | null = null;

/** ISRG Root X1, which signs Neon's servers, in PEM, out of Node's own root list. */
export function isrgRootX1Pem(): string {
  isrgRootX1 ??=
    rootCertificates.find((pem) => /(^|\n)CN=ISRG Root X1(\n|$)/.test(new X509Certificate(pem).subject)) ?? null;
  if (isrgRootX1 === null) {
    throw systemError('CertificateRejected', 'worker', "Node's root certificates do not hold ISRG Root X1", {
      hint: 'give the certificate authority of the server in `source.tls.ca`',
    });
  }
  return isrgRootX1;
}

/** The authority that is to be trusted, by Materialize and by us alike; null where nothing is verified. */
export function certificateAuthority(tls: TlsSpec): string | null {
  return tls.mode === 'verify-full' || tls.mode === 'verify-ca' ? (tls.ca ?? isrgRootX1Pem()) : null;
}

/** TLS of a connection to `host`. The name is compared with what was asked for, also when it is an address. */
export function tlsOptions(tls: TlsSpec, host: string): ConnectionOptions | false {
  if (tls.mode === 'disable') return false;
  if (tls.mode === 'require') return { rejectUnauthorized: false };
  const ca = certificateAuthority(tls) ?? undefined;
  if (tls.mode === 'verify-ca') return { ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  return { ca, rejectUnauthorized: true, checkServerIdentity: (_name, cert) => checkServerIdentity(host, cert) };
}

/** Verified against the roots of the system Node brings. */
export function systemTls(host: string, ca?: string): ConnectionOptions {
  return { ca, rejectUnauthorized: true, checkServerIdentity: (_name, cert) => checkServerIdentity(host, cert) };
}
