import type { Payload } from '@temporalio/common';

interface JsonPayload {
  metadata: Record<string, string>;
  data: string;
}

/** The payloads of `{"payloads":[…]}` in protobuf's JSON form. Throws on anything else, whatever it looks like. */
export function readPayloads(text: string): Payload[] {
  const { payloads } = JSON.parse(text) as { payloads?: unknown };
  if (!Array.isArray(payloads)) throw new TypeError('no list of payloads');
  return payloads.map((payload: unknown) => {
    const { metadata, data } = objectOf(payload);
    return { metadata: mapped(objectOf(metadata ?? {}), bytes), data: bytes(data ?? '') };
  });
}

/** What answers it. */
export function writePayloads(payloads: readonly Payload[]): { payloads: JsonPayload[] } {
  return {
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: mapped(metadata ?? {}, base64),
      data: base64(data ?? new Uint8Array()),
    })),
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('no object');
  return value as Record<string, unknown>;
}

/** Of text alone: `Buffer.from` takes `{"length":1000000000}` for a list, and the memory for it. */
function bytes(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new TypeError('no base64');
  return Buffer.from(value, 'base64');
}

const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');

const mapped = <A, B>(from: Record<string, A>, turn: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, turn(value)]));
