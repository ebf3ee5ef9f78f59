import type { RecordedHistory } from './stored';

/** What a replay said, of which recording, and what the workflows of this code ask for. */
export interface Refused {
  name: string;
  message: string;
  history: RecordedHistory;
  /** Ids that this code hands to `patched`. */
  asked: readonly string[];
}

/** A failed replay as a sentence for whoever made the change: which workflow, what differs where, and what to do. */
export function sentenceOf({ name, message, history, asked }: Refused): string {
  const workflow = typeOf(history.events[0], 'workflowExecutionStartedEventAttributes', 'workflowType');
  const there = patchesOf(history);
  const gone = there.filter((id) => !asked.includes(id));
  const missing = asked.filter((id) => !there.includes(id));
  return [
    `${workflow}, recorded as ${name}, does not carry on with this code: ${difference(message, history)}`,
    gone.length > 0
      ? `it began with ${calls(gone)}, which this code asks no more: put that back, or deprecatePatch while such runs are left`
      : `a change to ${workflow} needs patched('what-it-does'): the old order where it answers false`,
    `the recording has ${calls(there)}; this code also asks ${calls(missing)}: is the change behind one of them? See docs/upgrading.md`,
    `Temporal said: ${message}`,
  ].join('\n');
}

const calls = (ids: string[]): string =>
  ids.length === 0 ? 'no patch' : ids.map((id) => `patched('${id}')`).join(', ');

/** Recorded and now, by the words of Temporal's core; its own words where they are others. */
function difference(message: string, { events }: RecordedHistory): string {
  const [, before, now] = /scheduled event '([^']+)' does not match .* command '([^']+)'/.exec(message) ?? [];
  if (before !== undefined) return `where it did ${before}, this code does ${now}`;
  const [, id] = /HistoryEvent\(id: (\d+),/.exec(message) ?? [];
  const event = events.find(({ eventId }) => eventId === id);
  if (event === undefined) return 'it does something else, or in another order';
  return `at event ${id} it did ${whatWas(event)}, where this code does something else`;
}

type Event = RecordedHistory['events'][number];

function whatWas(event: Event): string {
  const activity = typeOf(event, 'activityTaskScheduledEventAttributes', 'activityType');
  return activity ?? event.eventType.replace('EVENT_TYPE_', '').toLowerCase().replaceAll('_', ' ');
}

function typeOf(event: Event | undefined, attributes: string, type: string): string | undefined {
  const found = event?.[attributes] as Record<string, { name?: string }> | undefined;
  return found?.[type]?.name;
}

/** The ids a run took as patched when it got there. */
export function patchesOf({ events }: RecordedHistory): string[] {
  const ids = events.flatMap((event) => {
    const marker = event.markerRecordedEventAttributes as
      { markerName: string; details: Record<string, { payloads: { data: string }[] }> } | undefined;
    if (marker?.markerName !== 'core_patch') return [];
    return (marker.details['patch-data']?.payloads ?? []).map(
      ({ data }) => (JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { id: string }).id,
    );
  });
  return [...new Set(ids)];
}
