import type { DataConverter } from '@temporalio/common';
import { EncryptionCodec } from './codec';
import type { CodecKey } from './keys';

/**
 * What worker and command line talk to Temporal through. Without keys it still recognises what is encrypted, and says
 * so instead of failing on bytes.
 */
export function dataConverterOf(keys: readonly CodecKey[]): DataConverter {
  return {
    payloadCodecs: [new EncryptionCodec(keys)],
    ...(keys.length > 0 ? { failureConverterPath: require.resolve('./failure-converter') } : {}),
  };
}
