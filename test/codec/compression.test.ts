import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { codecOf } from '../../src/codec';
import { ENCRYPTED } from '../../src/codec/codec';
import { COMPRESSED, COMPRESSED_FROM, CompressionCodec } from '../../src/codec/compression';
import { codecKeys } from '../../src/codec/keys';
import { toWire } from '../../src/codec/wire';

const codec = new CompressionCodec();
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const encodingOf = ({ metadata }: Payload): string => Buffer.from(metadata?.encoding ?? []).toString();
const only = ([first]: Payload[]): Payload => first as Payload;
const tables = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ schema: 'public', name: `t_${index}` }));

describe('the compression of payloads', () => {
  it('makes a list of thousands of tables a tenth as large, and gives it back', async () => {
    const clear = payload(tables(10_000));
    const stored = only(await codec.encode([clear]));
    expect(encodingOf(stored)).toBe(COMPRESSED);
    expect(stored.data?.length).toBeLessThan((clear.data?.length ?? 0) / 8);
    expect(defaultPayloadConverter.fromPayload(only(await codec.decode([stored])))).toEqual(tables(10_000));
  });

  it('leaves alone what is small, what would grow, and what is none of its own', async () => {
    const small = payload('x'.repeat(COMPRESSED_FROM - 3));
    const noise: Payload = { metadata: { encoding: Buffer.from('binary/plain') }, data: randomBytes(COMPRESSED_FROM) };
    expect(await codec.encode([small, noise])).toEqual([small, noise]);
    expect(await codec.decode([small, noise])).toEqual([small, noise]);
    expect(encodingOf(only(await codec.encode([payload('x'.repeat(COMPRESSED_FROM - 2))])))).toBe(COMPRESSED);
  });

  it('goes beneath the encryption, which alone shows', async () => {
    const keys = codecKeys({ N2M_CODEC_KEYS: 'k1=env:K', K: randomBytes(32).toString('base64') });
    const clear = payload(tables(10_000));
    const stored = only(await codecOf(keys).encode([clear]));
    expect(encodingOf(stored)).toBe(ENCRYPTED);
    expect(stored.data?.length).toBeLessThan((clear.data?.length ?? 0) / 8);
    expect(only(await codecOf(keys).decode([stored])).data).toEqual(clear.data);
  });

  it('reads no more than its bound, of all payloads of a call together', async () => {
    const bounded = new CompressionCodec(300_000);
    const bomb = (bytes: number): Payload => ({
      metadata: { encoding: Buffer.from(COMPRESSED) },
      data: deflateSync(toWire({ metadata: {}, data: Buffer.alloc(bytes) })),
    });
    expect((await bounded.decode([bomb(200_000)]))[0]?.data).toHaveLength(200_000);
    await expect(bounded.decode([bomb(400_000)])).rejects.toThrow(/larger than 300000 bytes/);
    await expect(bounded.decode([bomb(200_000), bomb(200_000)])).rejects.toThrow(/larger than 300000 bytes/);
  });

  it.each([
    ['cut off', (data: Buffer) => data.subarray(0, -20)],
    ['no zlib', () => Buffer.from('hello')],
    ['of nothing', () => Buffer.alloc(0)],
    ['no payload inside', () => deflateSync(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]))],
  ])('says of data that is %s that it cannot be read', async (_, change) => {
    const stored = only(await codec.encode([payload(tables(10_000))]));
    const data = change(Buffer.from(stored.data ?? []));
    await expect(codec.decode([{ ...stored, data }])).rejects.toThrow(
      /compressed data that cannot be read.*next: compare/,
    );
  });
});
