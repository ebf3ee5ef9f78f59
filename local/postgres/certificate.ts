import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { bits, explicit, implicit, integer, octets, oid, sequence, set, utcTime, utf8, yes } from './der';

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;
const DAY_MS = 86_400_000;

/** PEM texts of a server certificate for 127.0.0.1 and localhost, its key, and the authority that signed it. */
export interface ServerCertificate {
  caPem: string;
  certificatePem: string;
  keyPem: string;
}

interface Identity {
  name: Buffer;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

const identity = (commonName: string): Identity => ({
  name: sequence(set(sequence(oid(OID.commonName), utf8(commonName)))),
  ...generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
});

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const keyIdentifier = (key: KeyObject): Buffer => createHash('sha1').update(spki(key)).digest();
const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [yes()] : []), octets(value));

function signCertificate(subject: Identity, issuer: Identity, extensions: Buffer[]): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const now = Date.now();
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    issuer.name,
    sequence(utcTime(new Date(now - DAY_MS)), utcTime(new Date(now + 3650 * DAY_MS))),
    subject.name,
    spki(subject.publicKey),
    explicit(
      3,
      sequence(
        extension(OID.subjectKeyIdentifier, octets(keyIdentifier(subject.publicKey))),
        extension(OID.authorityKeyIdentifier, sequence(implicit(0, keyIdentifier(issuer.publicKey)))),
        ...extensions,
      ),
    ),
  );
  const der = sequence(toBeSigned, algorithm, bits(sign('sha256', toBeSigned, issuer.privateKey)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/**
 * Makes an authority of its own and a server certificate signed by it, valid for 127.0.0.1 and localhost (subject
 * alternative names, as `verify-full` demands). Written with node:crypto alone because no certificate tool is sure to
 * be installed.
 */
export function createServerCertificate(): ServerCertificate {
  const ca = identity(`n2m local authority ${randomBytes(4).toString('hex')}`);
  const server = identity('localhost');
  const signCertificates = bits(Buffer.from([0b0000_0110]), 1);
  const digitalSignature = bits(Buffer.from([0b1000_0000]), 7);
  return {
    caPem: signCertificate(ca, ca, [
      extension(OID.basicConstraints, sequence(yes()), true),
      extension(OID.keyUsage, signCertificates, true),
    ]),
    certificatePem: signCertificate(server, ca, [
      extension(OID.keyUsage, digitalSignature, true),
      extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth))),
      extension(
        OID.subjectAltName,
        sequence(implicit(2, Buffer.from('localhost', 'ascii')), implicit(7, Buffer.from([127, 0, 0, 1]))),
      ),
    ]),
    keyPem: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
