import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const ITERATIONS = 4096;
const KEY_BYTES = 32;
/** Only texts that SASLprep leaves as they are; ours are of such letters. */
const PLAIN_ASCII = /^[\x21-\x7e]+$/;

/**
 * What Postgres would store for a password (RFC 5802, as SCRAM-SHA-256). Sent in its place, so that the password is in no
 * log, view or statistics of the server; the server keeps it as it is, whatever its `password_encryption`.
 */
export async function scramVerifier(password: string, salt = randomBytes(16)): Promise<string> {
  if (!PLAIN_ASCII.test(password)) throw new Error('a verifier is made of printable ASCII without spaces only');
  const salted = await promisify(pbkdf2)(password, salt, ITERATIONS, KEY_BYTES, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const keys = `${storedKey}:${hmac('Server Key').toString('base64')}`;
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${keys}`;
}
