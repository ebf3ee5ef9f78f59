import type { DataConverter } from '@temporalio/common';
import { EncryptionCodec } from './codec';
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

/**
 * What worker and command line talk to Temporal through. Without keys it still recognises what is encrypted, and says
 * so instead of failing on bytes. `required`: what is not encrypted is refused.
 */
export function dataConverterOf(keys: readonly CodecKey[], required = false): DataConverter {
  return {
    payloadCodecs: [new EncryptionCodec(keys, required)],
    ...(keys.length > 0 ? { failureConverterPath: require.resolve('./failure-converter') } : {}),
  };
}
