import type { WorkflowHandle } from '@temporalio/client';

/** One payload of a history, by the event that carries it. */
export interface StoredPayload {
  event: string;
  bytes: number;
}

export interface Stored {
  history: { events: number; bytes: number };
  payloads: StoredPayload[];
  /** Of all payloads, as they are stored. */
  total: number;
  largest: number;
  /** Bytes of the events of one kind: `activityTaskScheduled`. */
  of(event: string): number;
}

/** What a run stored, payload by payload. */
export async function storedBy(handle: Pick<WorkflowHandle, 'fetchHistory' | 'describe'>): Promise<Stored> {
  const { events } = await handle.fetchHistory();
  const payloads = (events ?? []).flatMap((event) =>
    payloadsIn(event).map((bytes) => ({ event: kindOf(event), bytes })),
  );
  const { historyLength, historySize } = await handle.describe();
  return {
    history: { events: historyLength, bytes: historySize ?? 0 },
    payloads,
    total: sum(payloads),
    of: (event) => sum(payloads.filter((payload) => payload.event === event)),
    largest: Math.max(0, ...payloads.map(({ bytes }) => bytes)),
  };
}

const sum = (payloads: StoredPayload[]): number => payloads.reduce((total, { bytes }) => total + bytes, 0);

/** The name of its attributes: `activityTaskScheduled`. */
function kindOf(event: object): string {
  const attributes = Object.entries(event).find(([key, value]) => key.endsWith('EventAttributes') && value !== null);
  return (attributes?.[0] ?? 'none').replace('EventAttributes', '');
}

/** Sizes of everything below that looks like a payload: metadata and data. */
function payloadsIn(value: unknown): number[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  const { metadata, data } = value as { metadata?: unknown; data?: unknown };
  if (typeof metadata === 'object' && data instanceof Uint8Array) return [data.length];
  return Object.values(value).flatMap(payloadsIn);
}
