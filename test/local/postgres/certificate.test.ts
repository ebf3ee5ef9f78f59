import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { createServerCertificate } from '../../../local/postgres/certificate';

const made = createServerCertificate();

function handshake(port: number, ca: string, servername: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const host = '127.0.0.1';
    // A client that is given an address sends no server name and checks the address itself.
    const name = servername === host ? {} : { servername };
    const socket: TLSSocket = connect({ host, port, ca, ...name }, () => {
      resolve(socket.authorized);
      socket.end();
    });
    socket.once('error', reject);
  });
}

it('makes a chain: an authority that signed itself and the server', () => {
  const [ca, server] = [new X509Certificate(made.caPem), new X509Certificate(made.certificatePem)];
  expect(ca.ca && ca.verify(ca.publicKey)).toBe(true);
  expect(server.ca).toBe(false);
  expect(server.verify(ca.publicKey) && server.checkIssued(ca)).toBe(true);
  expect(server.checkHost('localhost')).toBe('localhost');
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(new Date(server.validFrom).getTime()).toBeLessThan(Date.now());
  expect(new Date(server.validTo).getTime()).toBeGreaterThan(Date.now());
});

it('passes the strict check of a client, for its own names and authority alone', async () => {
  const server = createServer({ cert: made.certificatePem, key: made.keyPem });
  // A client that refuses us is what is tested.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await handshake(port, made.caPem, 'localhost')).toBe(true);
  expect(await handshake(port, made.caPem, '127.0.0.1')).toBe(true);
  await expect(handshake(port, made.caPem, 'example.com')).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
  await expect(handshake(port, createServerCertificate().caPem, 'localhost')).rejects.toThrow(/certificate/);
  await new Promise((resolve) => server.close(resolve));
});
