import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { CodecError, type CodecKey } from './keys';
import { fromWire, metadataText as text, toWire } from './wire';

/** Marks of an encrypted payload; the first is what Temporal's own samples write. */
export const ENCRYPTED = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/**
 * AES-256-GCM; `data` is nonce, ciphertext, tag, and the key's id is authenticated with it. The first key encrypts, all
 * decrypt. Without keys nothing is encrypted. What carries no mark passes, so that a namespace can be
 * switched over, until it is `required`.
 */
export class EncryptionCodec implements PayloadCodec {
  constructor(
    private readonly keys: readonly CodecKey[],
    private readonly required = false,
  ) {}

  // Promises by contract, so that what throws becomes a rejection.
  // eslint-disable-next-line @typescript-eslint/require-await -- nothing here has to wait
  async encode(payloads: Payload[]): Promise<Payload[]> {
    const [first] = this.keys;
    return first ? payloads.map((payload) => encrypt(first, payload)) : payloads;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- nothing here has to wait
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) =>
      text(payload, 'encoding') === ENCRYPTED ? this.decrypt(payload) : this.clear(payload),
    );
  }

  /** Only who has a key can encrypt, so what is encrypted comes from a worker or a command line of ours. */
  private clear(payload: Payload): Payload {
    if (!this.required) return payload;
    throw new CodecError(
      'the worker takes encrypted data only (N2M_CODEC_REQUIRE), and this is not: it was written without N2M_CODEC_KEYS',
      'set N2M_CODEC_KEYS where it came from, as on the worker',
    );
  }

  private decrypt(payload: Payload): Payload {
    const id = text(payload, KEY_ID);
    const key = this.keys.find((known) => known.id === id);
    if (!key) {
      throw new CodecError(
        `Temporal holds data encrypted with key ${id || '(none named)'}, which N2M_CODEC_KEYS does not list here`,
        `add ${id || 'the key'}=env:N2M_SECRET_… to N2M_CODEC_KEYS, as on the worker, and keep it as long as such histories exist`,
      );
    }
    const data = Buffer.from(payload.data ?? []);
    try {
      const decipher = createDecipheriv(CIPHER, key.key, data.subarray(0, NONCE), { authTagLength: TAG });
      decipher.setAAD(Buffer.from(id));
      decipher.setAuthTag(data.subarray(-TAG));
      const plain = Buffer.concat([decipher.update(data.subarray(NONCE, -TAG)), decipher.final()]);
      return fromWire(plain);
    } catch {
      throw new CodecError(
        `key ${id} of N2M_CODEC_KEYS is not the key that encrypted this data, or the data was altered`,
        `give ${id} the value it has on the worker that wrote it`,
      );
    }
  }
}

function encrypt({ id, key }: CodecKey, payload: Payload): Payload {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG });
  cipher.setAAD(Buffer.from(id));
  const data = Buffer.concat([nonce, cipher.update(toWire(payload)), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: Buffer.from(ENCRYPTED), [KEY_ID]: Buffer.from(id) }, data };
}

/** The id of the key that encrypted a payload; null: it is in clear. */
export function encryptionKeyOf(payload: Payload | undefined): string | null {
  return (payload && text(payload, KEY_ID)) || null;
}
