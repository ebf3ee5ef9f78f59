import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { CodecError } from './keys';
import { fromWire, metadataText, toWire } from './wire';

/** As the zlib codec of Temporal's Go SDK marks and writes it. */
export const COMPRESSED = 'binary/zlib';

/** Smaller payloads stay as they are: readable in Temporal's UI without any codec server. */
export const COMPRESSED_FROM = 32 * 1024;
/** Of all that one call hands over, once it is large again: a few bytes of zlib can be a thousand times as many. */
const MOST_INFLATED = 32 * 2 ** 20;

const deflated = promisify(deflate);
const inflated = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflate);

/** Lists of thousands of tables, a tenth as large. Goes beneath the encryption: what is encrypted cannot be compressed. */
export class CompressionCodec implements PayloadCodec {
  constructor(private readonly most = MOST_INFLATED) {}

  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map(compress));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    const plain: Payload[] = [];
    let left = this.most;
    // One after the other: what is left of the bound is for the next.
    for (const payload of payloads) {
      if (metadataText(payload, 'encoding') !== COMPRESSED) {
        plain.push(payload);
        continue;
      }
      const bytes = await this.inflate(payload, left);
      left -= bytes.length;
      plain.push(wireOf(bytes));
    }
    return plain;
  }

  private async inflate({ data }: Payload, left: number): Promise<Buffer> {
    try {
      return await inflated(data ?? new Uint8Array(), { maxOutputLength: Math.max(left, 1) });
    } catch (error) {
      const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      throw tooLarge
        ? new CodecError(
            `Temporal holds compressed data that is larger than ${this.most} bytes: nothing of n2m's is`,
            'see who writes to this namespace; N2M_CODEC_KEYS with N2M_CODEC_REQUIRE keeps others out',
          )
        : altered();
    }
  }
}

async function compress(payload: Payload): Promise<Payload> {
  if ((payload.data?.length ?? 0) < COMPRESSED_FROM) return payload;
  const data = await deflated(toWire(payload));
  if (data.length >= (payload.data?.length ?? 0)) return payload;
  return { metadata: { encoding: Buffer.from(COMPRESSED) }, data };
}

function wireOf(bytes: Uint8Array): Payload {
  try {
    return fromWire(bytes);
  } catch {
    throw altered();
  }
}

const altered = (): CodecError =>
  new CodecError(
    'Temporal holds compressed data that cannot be read: it was altered, or N2M_CODEC_KEYS is not what wrote it',
    'compare the versions of command line and worker: n2m doctor',
  );
