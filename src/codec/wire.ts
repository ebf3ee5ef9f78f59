import { Field, MapField, Type } from 'protobufjs';
import type { Payload } from '@temporalio/common';

/** temporal.api.common.v1.Payload, in the fields that matter: what is encrypted or compressed is a whole payload. */
const Wire = new Type('Payload').add(new MapField('metadata', 1, 'string', 'bytes')).add(new Field('data', 2, 'bytes'));

/** A payload as protobuf writes it. */
export function toWire({ metadata, data }: Payload): Uint8Array {
  return Wire.encode(Wire.create({ metadata: metadata ?? {}, data: data ?? [] })).finish();
}

/** Throws on bytes that are none. */
export function fromWire(bytes: Uint8Array): Payload {
  const { metadata, data } = Wire.decode(bytes) as Payload;
  return { metadata, data };
}

/** A text of the metadata; empty where there is none. */
export function metadataText(payload: Payload, key: string): string {
  return Buffer.from(payload.metadata?.[key] ?? []).toString();
}
