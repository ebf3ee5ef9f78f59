import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { EncryptionCodec } from './codec';
import { CompressionCodec } from './compression';
import type { CodecKey } from './keys';

const NULL_ENCODING = Buffer.from('binary/null');

/**
 * For listings, which read ids, times and search attributes alone. The client decodes every memo it meets all the same,
 * and one pipeline encrypted with a key that is not here must not keep all others from being listed.
 */
export const LISTING_CONVERTER: DataConverter = {
  payloadCodecs: [
    {
      encode: (payloads) => Promise.resolve(payloads),
      decode: (payloads) => Promise.resolve(payloads.map(() => ({ metadata: { encoding: NULL_ENCODING } }))),
    },
  ],
};

/** In the order in which they encode: compressed, then encrypted. */
const codecsOf = (keys: readonly CodecKey[], required: boolean): PayloadCodec[] => [
  new CompressionCodec(),
  new EncryptionCodec(keys, required),
];

/** All of it as one codec, for who serves it to others. */
export function codecOf(keys: readonly CodecKey[]): PayloadCodec {
  const codecs = codecsOf(keys, false);
  const through = (payloads: Payload[], steps: ((payloads: Payload[]) => Promise<Payload[]>)[]) =>
    steps.reduce(async (before, step) => step(await before), Promise.resolve(payloads));
  return {
    encode: (payloads) =>
      through(
        payloads,
        codecs.map((codec) => (some) => codec.encode(some)),
      ),
    decode: (payloads) =>
      through(
        payloads,
        codecs.toReversed().map((codec) => (some) => codec.decode(some)),
      ),
  };
}

/**
 * What worker and command line talk to Temporal through. Without keys it still recognises what is encrypted, and says
 * so instead of failing on bytes. `required`: what is not encrypted is refused.
 */
export function dataConverterOf(keys: readonly CodecKey[], required = false): DataConverter {
  return {
    payloadCodecs: codecsOf(keys, required),
    ...(keys.length > 0 ? { failureConverterPath: require.resolve('./failure-converter') } : {}),
  };
}
